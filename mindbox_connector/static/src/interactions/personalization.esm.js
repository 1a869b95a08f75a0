import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Tells Mindbox's tracker what the page shows, so that it can personalise it.
 *
 * These calls make no actions of the customer: the server sends those.
 */
export class MindboxPersonalization extends Interaction {
    static selector = "[data-mindbox-personalization]";

    start() {
        if (typeof window.mindbox !== "function") {
            return;
        }
        const {call, data} = JSON.parse(this.el.dataset.mindboxPersonalization);
        window.mindbox(`personalization.${call}`, {data});
    }
}

registry
    .category("public.interactions")
    .add("mindbox_connector.personalization", MindboxPersonalization);
