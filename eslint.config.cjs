/* Odoo's JavaScript: ES modules in the browser, with Odoo's own globals. */
const jsdoc = require("eslint-plugin-jsdoc");
const globals = require("globals");

const rules = {
  "array-callback-return": "warn",
  "consistent-return": "error",
  curly: "error",
  "default-case": "error",
  eqeqeq: "error",
  "no-alert": "error",
  "no-console": "error",
  "no-eval": "error",
  "no-extend-native": "error",
  "no-implicit-globals": "error",
  "no-implied-eval": "error",
  "no-shadow": "error",
  "no-undef": "error",
  "no-unused-vars": "error",
  "no-use-before-define": ["error", {functions: false}],
  "no-var": "error",
  "prefer-const": "error",
};

const jsdocRules = {
  "jsdoc/check-tag-names": "error",
  "jsdoc/check-types": "error",
  "jsdoc/require-param-type": "error",
};

const browser = {
  ...globals.browser,
  luxon: "readonly",
  odoo: "readonly",
  owl: "readonly",
};

module.exports = [
  {ignores: [".*/", "**/static/lib/", "**/static/src/lib/"]},
  {
    files: ["**/*.js"],
    plugins: {jsdoc},
    rules: {...rules, ...jsdocRules},
    languageOptions: {ecmaVersion: 2024, sourceType: "module", globals: browser},
  },
  {
    files: ["**/*.cjs"],
    rules,
    languageOptions: {sourceType: "commonjs", globals: globals.node},
  },
];
