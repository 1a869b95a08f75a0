/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Plugin} from "@html_editor/plugin";
import {VisibilityOption} from "@website/builder/plugins/options/visibility_option";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";
import {selectElements} from "@html_editor/utils/dom_traversal";
import {useDomState} from "@html_builder/core/utils";

const NAMES = ["RfmSegment", "RfmExperiment"].map((name) => `visibilityValue${name}`);

/** Whether a block is part of a page: what fields of records hold is quoted elsewhere. */
function isOfPage(el) {
    const owner = el.closest("[data-oe-model]");
    return !owner || owner.dataset.oeModel === "ir.ui.view";
}

patch(VisibilityOption.prototype, {
    setup() {
        super.setup();
        this.rfm = useDomState((el) => ({isPage: isOfPage(el)}));
    },
});

/**
 * Drops the condition of a block that has none any more. Who is to see a block is decided
 * by the server, so there are no style rules as for the conditions of Odoo.
 */
export class RfmVisibilityPlugin extends Plugin {
    static id = "rfmVisibility";
    resources = {normalize_handlers: this.clean.bind(this)};

    clean(root) {
        for (const el of selectElements(root, VisibilityOption.selector)) {
            const isConditional = el.dataset.visibility === "conditional";
            for (const name of NAMES) {
                const isSet = (el.dataset[name] || "[]") !== "[]";
                if (!isConditional || !isSet) {
                    delete el.dataset[name];
                }
                if (!isConditional) {
                    delete el.dataset[`${name}Rule`];
                }
            }
        }
    }
}

registry.category("website-plugins").add(RfmVisibilityPlugin.id, RfmVisibilityPlugin);
