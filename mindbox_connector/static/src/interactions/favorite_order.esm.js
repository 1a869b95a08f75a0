import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/**
 * Marks an own order as favourite, or names it, without leaving the page.
 */
export class FavoriteOrder extends Interaction {
    static selector = ".o_portal_wrap";
    dynamicContent = {
        ".o_mindbox_favorite": {"t-on-click.withTarget": this.onToggle},
        ".o_mindbox_favorite_name": {"t-on-change.withTarget": this.onRename},
    };

    async onToggle(_ev, button) {
        await this.save(button, button.getAttribute("aria-pressed") !== "true", null);
    }

    async onRename(_ev, input) {
        const button = input.parentElement.querySelector(".o_mindbox_favorite");
        const favorite = button.getAttribute("aria-pressed") === "true";
        // Who gives an order a name wants to find it again.
        await this.save(button, favorite || Boolean(input.value.trim()), input.value);
    }

    async save(button, favorite, name) {
        const url = `/my/orders/${button.dataset.orderId}/favorite`;
        const saved = await this.waitFor(rpc(url, {favorite, name}));
        const icon = button.querySelector("i");
        button.setAttribute("aria-pressed", String(saved.favorite));
        icon.classList.toggle("fa-star", saved.favorite);
        icon.classList.toggle("fa-star-o", !saved.favorite);
    }
}

registry
    .category("public.interactions")
    .add("mindbox_connector.favorite_order", FavoriteOrder);
