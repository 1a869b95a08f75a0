{
    "name": "Shop Reviews at Mindbox",
    "summary": "What an event of another add-on takes: one file",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "depends": ["mindbox_connector", "rating"],
}
