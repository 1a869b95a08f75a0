/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** A preview shows what the values in the form would do, and saves none of them. */
export class RfmSchemeController extends FormController {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name !== "action_preview") {
            return super.beforeExecuteActionButton(...arguments);
        }
        const record = this.model.root;
        if (await record.checkValidity({displayNotification: true})) {
            await this.preview(record);
        }
        return false;
    }

    async preview(record) {
        const dirty = await record.isDirty();
        const changes = dirty ? await record.getChanges() : {};
        const action = await this.orm.call(record.resModel, "action_preview", [
            [record.resId],
            changes,
        ]);
        await this.action.doAction(action, {
            onClose: (infos) => infos && infos.apply && this.apply(record),
        });
    }

    async apply(record) {
        if (await record.save()) {
            const action = await this.orm.call(record.resModel, "action_apply", [
                [record.resId],
            ]);
            await this.action.doAction(action);
        }
    }
}

registry.category("views").add("rfm_scheme_form", {
    ...formView,
    Controller: RfmSchemeController,
});
