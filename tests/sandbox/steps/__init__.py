"""What operations do, one function a step; the table names them.

A step checks first and changes afterwards, so a refused call leaves no trace. It
returns the parts of a sync answer.
"""

from . import cards, customers, lists, log_export, orders, other, processing, reading

STEPS = {
    "register": customers.customer_step("registered"),
    "authorize": customers.customer_step("authorized"),
    "edit": customers.customer_step("edited"),
    "complement": customers.customer_step("complemented"),
    "subscribe": customers.customer_step("subscription"),
    "merge": customers.merge,
    "read": reading.read,
    "card_issue": cards.card_issue,
    "balance_change": cards.balance_change,
    "order_create": orders.order_create,
    "order_save": orders.order_save,
    "order_status": orders.order_status,
    "order_note": orders.order_note,
    "order_calculate": processing.order_calculate,
    "order_process": processing.order_process,
    "list_set": lists.list_step(lists.new_content),
    "list_clear": lists.list_step(lists.no_content),
    "list_add": lists.list_step(lists.add_item),
    "list_count": lists.list_step(lists.set_item),
    "list_remove": lists.list_step(lists.remove_item),
    "view_product": lists.view_product,
    "view_category": lists.view_category,
    "recommend": lists.recommend,
    "recommend_note": lists.note_recommendation,
    "segment_include": other.segment_step,
    "segment_exclude": other.segment_step,
    "product_save": other.product_save,
    "log_export": log_export.export,
    "export_customers": log_export.export,
    "export_segments": log_export.export,
    "export_actions": log_export.export,
    "export_merges": log_export.export_merges,
    "accept": other.accept,
}
