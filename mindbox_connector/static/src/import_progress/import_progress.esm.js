import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const REFRESH = 2000;

/** The bar of an import; it looks again every two seconds while the import runs. */
export class ImportProgress extends Component {
    static template = "mindbox_connector.ImportProgress";
    static props = {...standardFieldProps};

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get data() {
        return this.props.record.data;
    }

    get isRunning() {
        return this.data.state === "running";
    }

    get parts() {
        const total = this.data.total || 1;
        return [
            ["done", "bg-success"],
            ["rejected", "bg-danger"],
            ["skipped", "bg-secondary"],
        ].map(([name, color]) => ({
            name,
            color,
            width: (100 * this.data[name]) / total,
        }));
    }

    format(name) {
        return this.data[name].toLocaleString();
    }

    get percent() {
        return Math.floor(this.data.progress);
    }

    get rate() {
        return this.data.rate.toLocaleString(undefined, {maximumFractionDigits: 1});
    }

    async refresh() {
        if (this.isRunning && !document.hidden && !this.loading) {
            this.loading = true;
            try {
                await this.props.record.load();
            } catch {
                // The server is away for a moment: it is asked again.
            } finally {
                this.loading = false;
            }
        }
    }
}

registry.category("fields").add("mindbox_import_progress", {
    component: ImportProgress,
    supportedTypes: ["float"],
});
