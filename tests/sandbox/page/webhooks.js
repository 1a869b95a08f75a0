/* Calls from Mindbox to the shop: where to, how reliably, and one by hand. */
import {$, ask, t} from "./dom.js";

const share = (name) => Number($(`webhook-${name}`).value) / 100;

function say(shown) {
    $("webhook-counts").textContent = t("webhook_counts", shown.counts);
}

export async function drawWebhooks() {
    const shown = await ask("/api/webhooks");
    $("webhook-url").value = shown.url;
    for (const name of ["lost", "doubled", "late"]) {
        $(`webhook-${name}`).value = shown[name] * 100;
    }
    $("webhook-shuffle").value = shown.shuffle_seconds;
    say(shown);
}

async function set() {
    const key = $("webhook-key").value;
    say(
        await ask("/api/webhooks", "PUT", {
            url: $("webhook-url").value,
            lost: share("lost"),
            doubled: share("doubled"),
            late: share("late"),
            shuffle_seconds: Number($("webhook-shuffle").value),
            ...(key ? {key} : {}),
        })
    );
}

async function decide() {
    await ask("/api/webhooks/consent", "POST", {
        customer: $("webhook-customer").value,
        channel: $("webhook-channel").value,
        subscribed: Boolean($("webhook-decision").value),
    });
    say(await ask("/api/webhooks/settle", "POST", {timeout: 10}));
}

function onSubmit(form, field, work) {
    $(form).onsubmit = (event) => {
        event.preventDefault();
        work().then(
            () => $(field).setCustomValidity(""),
            (error) => {
                $(field).setCustomValidity(error.message);
                $(field).reportValidity();
            }
        );
    };
    $(field).oninput = (event) => event.target.setCustomValidity("");
}

export function wireWebhooks() {
    onSubmit("webhook-way", "webhook-url", set);
    onSubmit("webhook-consent", "webhook-customer", decide);
}
