/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function goBack() {
    return click("Go back to the pictures", ".o_back_button");
}

registry.category("web_tour.tours").add("mindbox_rfm_tour", {
    url: "/odoo/rfm",
    steps: () => [
        {
            content: "Each segment has a card",
            trigger: ".o_rfm_tile:contains('Champions')",
        },
        click("Open the heat map", "button[name='heat']"),
        click(
            "Click the cell of the best",
            ".o_rfm_heat tr:first td:last .o_rfm_number:contains('2')"
        ),
        {
            content: "Its customers are listed",
            trigger: ".o_list_view .o_data_row:contains('Best 1')",
        },
        goBack(),
        click("Open the transitions", "button[name='moves']"),
        click("Click those who moved", ".o_rfm_moves td.o_rfm_move"),
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row",
        },
        goBack(),
        click("Open the scheme", ".o_rfm_pictures a.h4"),
        click("Open the matrix", ".o_notebook .nav-link[name='matrix']"),
        click("Choose a segment", ".o_rfm_brush:contains('Champions')"),
        click("Paint a cell", ".o_rfm_grid td[data-cell='1-1']"),
        {
            content: "The cell has the name of the segment",
            trigger: ".o_rfm_grid td[data-cell='1-1']:contains('Champions')",
        },
        click("Save", ".o_form_button_save"),
        {
            content: "It is saved",
            trigger: ".o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
