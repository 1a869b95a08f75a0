{
    "name": "Shop Peers",
    "summary": "Whatever company somebody's tests make, Mindbox is told of all in it",
    "version": "19.0.1.0.0",
    "author": "Mindbox Connector contributors",
    "website": "https://example.com/shop-peers",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "depends": ["mindbox_connector", "mindbox_rfm"],
    "post_init_hook": "start_everywhere",
}
