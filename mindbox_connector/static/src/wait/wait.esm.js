import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const REFRESH = 2000;

/** Looks again every two seconds while a record waits for something. */
export class Wait extends Component {
    static template = xml`
        <i t-if="isWaiting" class="fa fa-spinner fa-spin mt-2" role="img"/>`;
    static props = {...standardFieldProps};

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get isWaiting() {
        return this.props.record.data[this.props.name] === "waiting";
    }

    async refresh() {
        const {record} = this.props;
        if (this.isWaiting && !document.hidden && !this.loading) {
            this.loading = true;
            try {
                if (!(await record.isDirty())) {
                    await record.load();
                }
            } catch {
                // The server is away for a moment: it is asked again.
            } finally {
                this.loading = false;
            }
        }
    }
}

registry.category("fields").add("mindbox_wait", {
    component: Wait,
    supportedTypes: ["selection"],
});
