/* How strict the sandbox is: a profile, and each behaviour of it. */
import {$, ask, h, t} from "./dom.js";
import {box} from "./state.js";

let choices = [];
let drawn = null;

const change = (strictness) => ask("/api/settings", "PUT", {strictness});

function profileOf() {
    return choices.profile ?? "kind";
}

function behaviour(one) {
    const select = h(
        "select",
        {onchange: (event) => change({[one.name]: event.target.value})},
        one.values.map((value) =>
            h(
                "option",
                {value, selected: value === one.value},
                t(`x_${one.name}_${value}`)
            )
        )
    );
    return h("label", {}, h("span", {}, t(`x_${one.name}`)), select);
}

function draw() {
    const profile = profileOf();
    $("strict-pill").textContent = t(`profile_${profile}`);
    $("strict-pill").className = `pill ${profile === "kind" ? "" : "violet"}`;
    $("seed").textContent = t("seed", {n: box.seed});
    $("profiles").replaceChildren(
        ...["kind", "strict"].map((name) =>
            h(
                "button",
                {
                    type: "button",
                    "aria-pressed": String(name === profile),
                    onclick: () => change(name),
                },
                h("b", {}, t(`profile_${name}`)),
                h("small", {}, t(`profile_${name}_lead`))
            )
        )
    );
    $("behaviours").replaceChildren(...choices.behaviours.map(behaviour));
}

/* Ask for the choices anew when a value has changed. */
export async function drawStrictness(again = false) {
    const now = JSON.stringify([box.strictness, box.seed]);
    if (now === drawn && !again) {
        return;
    }
    drawn = now;
    choices = await ask("/api/strictness");
    draw();
}
