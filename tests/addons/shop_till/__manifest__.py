{
    "name": "Till Receipts in RFM",
    "summary": "What another source of purchases takes: one file",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "depends": ["mindbox_rfm"],
}
