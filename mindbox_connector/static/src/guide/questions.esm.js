/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {useService} from "@web/core/utils/hooks";

/** The questions for the Mindbox manager, and the form that takes the answers. */
export class Questions extends Component {
    static template = "mindbox_connector.Questions";
    static props = {endpointId: Number, text: String, onStored: Function};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({answers: "", changes: null});
    }

    async copy() {
        await browser.navigator.clipboard.writeText(this.props.text);
        this.notification.add(_t("Copied: paste it into a message."), {
            type: "success",
        });
    }

    call(method) {
        const args = [[this.props.endpointId], this.state.answers];
        return this.orm.call("mindbox.endpoint", method, args);
    }

    async look() {
        this.state.changes = await this.call("read_answers");
    }

    get canStore() {
        return this.state.changes && !this.state.changes.some(({problem}) => problem);
    }

    async store() {
        const count = await this.call("store_answers");
        this.notification.add(_t("Stored. Settings changed: %s.", count), {
            type: "success",
        });
        this.state.changes = null;
        await this.props.onStored();
    }
}
