import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/**
 * Tells the shop which product a person looks at, once the page is shown.
 */
export class ProductView extends Interaction {
    static selector = ".o_wsale_product_page";
    dynamicContent = {
        'input.product_id[name="product_id"]': {
            "t-on-change.withTarget": this.debounced(this.onVariantChange, 500),
        },
    };

    start() {
        this.tell(this.el.querySelector('input.product_id[name="product_id"]')?.value);
    }

    onVariantChange(_ev, input) {
        this.tell(input.value);
    }

    tell(value) {
        const productId = parseInt(value, 10);
        if (productId && productId !== this.told) {
            this.told = productId;
            tellView("product", productId);
        }
    }
}

export class CategoryView extends Interaction {
    static selector = ".o_wsale_products_page[data-mindbox-category]";

    start() {
        tellView("category", parseInt(this.el.dataset.mindboxCategory, 10));
    }
}

function tellView(kind, recordId) {
    // Nobody waits for the answer, and nobody misses it.
    rpc("/mindbox/view", {kind, record_id: recordId}, {silent: true}).catch(() => null);
}

registry
    .category("public.interactions")
    .add("mindbox_connector.product_view", ProductView)
    .add("mindbox_connector.category_view", CategoryView);
