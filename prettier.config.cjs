/* OCA's values for Odoo 19.0. */
module.exports = {
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  semi: true,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
  plugins: [require.resolve("@prettier/plugin-xml")],
  overrides: [{files: ["*.js", "*.css", "*.scss"], options: {tabWidth: 4}}],
};
