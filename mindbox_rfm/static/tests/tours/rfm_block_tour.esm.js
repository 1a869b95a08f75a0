/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {
    changeOptionInPopover,
    clickOnSave,
    registerWebsitePreviewTour,
} from "@website/js/tours/tour_utils";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function choose(rule, name) {
    const toggle = ".dropdown-toggle:contains('Choose a record')";
    return [
        click(
            `Open the records: ${rule}`,
            `[data-label='${rule}'] ~ div button${toggle}`
        ),
        click(`Choose ${name}`, `.o_popover .o-dropdown-item:contains('${name}')`),
    ];
}

registerWebsitePreviewTour(
    "mindbox_rfm_block_tour",
    {edition: true, url: "/for-some"},
    () => [
        click("Choose a block", ":iframe #wrap section.s_text_block"),
        ...changeOptionInPopover("Text", "Visibility", "Conditionally"),
        ...choose("RFM Segments", "buyers"),
        ...choose("RFM Experiment", "A discount"),
        ...clickOnSave(),
    ]
);
