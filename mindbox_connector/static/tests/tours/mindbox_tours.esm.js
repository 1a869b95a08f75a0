import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

function fill(field, value) {
    return {
        content: `Fill in ${field}`,
        trigger: `.o_field_widget[name='${field}'] input`,
        run: `edit ${value}`,
    };
}

tours.add("mindbox_endpoint_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        {
            content: "Open the configuration",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_configuration']",
            run: "click",
        },
        {
            content: "Open the integration points",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_endpoints']",
            run: "click",
        },
        {
            content: "Create one",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "A new integration point leads through three steps",
            trigger: ".o_form_view .alert-info:visible:contains('Three steps')",
        },
        fill("name", "Tour shop"),
        fill("url", "https://api.mindbox.ru/v3/operations"),
        {
            content: "Save it with an address that cannot be right",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The error is in plain words",
            trigger: ".modal .modal-body:contains('must end after the host')",
        },
        {
            content: "Close the error",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "Wait until the error is gone",
            trigger: "body:not(:has(.modal))",
        },
        fill("url", "https://api.mindbox.ru"),
        fill("endpoint_code", "Tour.Website"),
        fill("secret_key", "tour-key"),
        {
            content: "Test the connection",
            trigger: "button[name='action_test_connection']",
            run: "click",
        },
        {
            content: "All operations are right",
            trigger: ".modal .alert-success:visible:contains('Connected')",
        },
        {
            content: "Start from the report",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_form_view .alert-success:visible:contains('Works')",
        },
    ],
});

tours.add("mindbox_requests_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        {
            content: "Open the requests",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_requests']",
            run: "click",
        },
        {
            content: "Look at the rejected ones",
            trigger:
                ".o_search_panel .o_search_panel_category_value:contains('Rejected')",
            run: "click",
        },
        {
            content: "Open the customer's request",
            trigger: ".o_data_row .o_data_cell:contains('Tour customer')",
            run: "click",
        },
        {
            content: "The reason is in words",
            trigger:
                ".o_form_view .alert-danger:visible:contains('The e-mail is wrong')",
        },
        {
            content: "The body is readable",
            trigger: ".o_field_widget[name='payload_pretty']:contains('customer')",
        },
        {
            content: "Send it again",
            trigger: ".o_statusbar_buttons button[name='action_resend']:visible",
            run: "click",
        },
        {
            content: "It waits",
            trigger: ".o_form_view .alert-info:visible",
        },
        {
            content: "Cancel it",
            trigger: ".o_statusbar_buttons button[name='action_cancel']",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It will not be sent",
            trigger: ".o_form_view .alert-secondary:visible:contains('Cancelled by')",
        },
        {
            content: "Open the customer",
            trigger: "button[name='action_open_record']:visible",
            run: "click",
        },
        {
            content: "See the customer's requests",
            trigger: "button[name='action_view_mindbox_requests']",
            run: "click",
        },
        {
            content: "There it is",
            trigger: ".o_data_row .o_data_cell:contains('Tour customer')",
        },
    ],
});

tours.add("mindbox_dashboard_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        {
            content: "Open the dashboard",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_dashboard']",
            run: "click",
        },
        {
            content: "What waits is on the card",
            trigger: ".o_mindbox_point:contains('Tour shop') a:contains('waiting')",
        },
        {
            content: "All three pictures are drawn",
            trigger:
                ".o_mindbox_charts:has(.o_mindbox_chart:contains('From event to delivery') canvas[role='img'])",
        },
        {
            content: "Look at the last hour",
            trigger: ".o_control_panel button[name='hour']",
            run: "click",
        },
        {
            content: "The hour is chosen",
            trigger: ".o_control_panel button[name='hour'].active",
        },
        {
            content: "Why was it refused?",
            trigger: ".o_mindbox_reason:contains('Mindbox does not accept the data')",
            run: "click",
        },
        {
            content: "The refused request is there",
            trigger: ".o_data_row .o_data_cell:contains('Tour customer')",
        },
    ],
});

tours.add("mindbox_import_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        {
            content: "Open the data exchange",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_exchange']",
            run: "click",
        },
        {
            content: "Open the imports",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_imports']",
            run: "click",
        },
        {
            content: "Begin a new one",
            trigger: ".o_control_panel button:contains('New Import')",
            run: "click",
        },
        {
            content: "See what would go",
            trigger: ".modal .o_field_widget[name='preview_html']:contains('would go')",
        },
        {
            content: "Start it",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            content: "Watch it",
            trigger: ".o_form_view .o_form_statusbar button[name='action_pause']",
            run: "click",
        },
        {
            content: "It can go on",
            trigger:
                ".o_form_view .o_form_statusbar button[name='action_start']:contains('Go On')",
        },
    ],
});

tours.add("mindbox_topics_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        {
            content: "Open the configuration",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_configuration']",
            run: "click",
        },
        {
            content: "Open the topics",
            trigger: "[data-menu-xmlid='mindbox_connector.menu_mindbox_topics']",
            run: "click",
        },
        {
            content: "Nothing is there, and the page says what topics are for",
            trigger: ".o_view_nocontent:contains('There is no topic yet')",
        },
        {
            content: "Add one",
            trigger: ".o_list_button_add",
            run: "click",
        },
        fill("name", "News and offers"),
        fill("code", "News and offers"),
        {
            content: "Save it with a name that no system has",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "The error says what a system name is made of",
            trigger: ".modal .modal-body:contains('cannot be a system name')",
        },
        {
            content: "Close the error",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "Wait until the error is gone",
            trigger: "body:not(:has(.modal))",
        },
        fill("code", "News"),
        {
            content: "Save it",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "There it is",
            trigger: ".o_data_row:not(.o_selected_row) [name='code']:contains('News')",
        },
    ],
});

tours.add("mindbox_inbound_tour", {
    steps: () => [
        {
            content: "Open what Mindbox tells",
            trigger: ".o_notebook .nav-link[name='inbound']",
            run: "click",
        },
        {
            content: "Make a key",
            trigger: "button[name='action_make_inbound_key']:visible",
            run: "click",
        },
        {
            content: "The key is there: now there can be a new one",
            trigger: "button[name='action_make_inbound_key']:contains('New')",
        },
        {
            content: "Ask what to paste",
            trigger: "button[name='action_set_up_inbound']",
            run: "click",
        },
        {
            content: "The body is ready to copy",
            trigger: ".modal .o_field_widget[name='body']:contains('TransactionalId')",
        },
        {
            content: "Have a test sent",
            trigger: ".modal button[name='action_wait']",
            run: "click",
        },
        {
            content: "It is waited for: Mindbox calls meanwhile",
            trigger: ".modal .alert-info:contains('waited for')",
            async run() {
                const shown = (name) =>
                    document.querySelector(`.modal [name='${name}']`).textContent;
                const answer = await fetch(new URL(shown("url").trim()).pathname, {
                    method: "POST",
                    headers: {Authorization: "WebHookSecretKey tour-inbound"},
                    body: JSON.stringify({kind: "test"}),
                });
                if (!answer.ok) {
                    throw new Error(`Mindbox is not heard: ${answer.status}`);
                }
            },
        },
        {
            content: "The call is shown by itself",
            trigger: ".modal .alert-secondary:contains('It works')",
        },
        {
            content: "Open it",
            trigger: ".modal button[name='action_open_test']:visible",
            run: "click",
        },
        {
            content: "It is the call",
            trigger: ".o_form_view .o_field_widget[name='kind']:contains('Test')",
        },
    ],
});

const step = (code, state) => ({
    content: `The step ${code} is ${state}`,
    trigger: `.o_mindbox_step[data-step='${code}'][data-state='${state}']`,
});

tours.add("mindbox_setup_tour", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("mindbox_connector.menu_mindbox", "Open Mindbox"),
        step("connect", "todo"),
        step("start", "blocked"),
        {
            content: "Test the connection",
            trigger: ".o_mindbox_step button[name='connect']",
            run: "click",
        },
        {
            content: "Close the report",
            trigger:
                ".modal:has(.alert-success:contains('Connected')) .modal-footer .btn[special='cancel']:visible",
            run: "click",
        },
        step("connect", "done"),
        step("operations", "done"),
        {
            content: "Show the questions",
            trigger: ".o_mindbox_step button[name='questions']",
            run: "click",
        },
        {
            content: "Paste an answer",
            trigger: "#o_mindbox_answers",
            run: "edit 1.1. System name of the customers' ID [websiteID]: shopID",
        },
        {
            content: "See what would change",
            trigger: ".o_mindbox_questions button[name='look']",
            run: "click",
        },
        {
            content: "It is understood",
            trigger: ".o_mindbox_questions li[data-number='1.1']:contains('shopID')",
        },
        {
            content: "Store it",
            trigger: ".o_mindbox_questions button[name='store']",
            run: "click",
        },
        step("questions", "done"),
        {
            content: "Go to the start",
            trigger: ".o_mindbox_step button[name='start']",
            run: "click",
        },
        {
            content: "Start",
            trigger: ".o_form_view button[name='action_start']",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_form_view .alert-success:visible:contains('Works')",
        },
    ],
});
