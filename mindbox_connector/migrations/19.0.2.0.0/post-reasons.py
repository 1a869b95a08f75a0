# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sentences that were stored become a code and details, and their columns go.

The sentences are those of version 1, in both languages: a reason of the client was in
English, one of a body in the company's language, one of a person in that person's.
"""

import json
import re

from odoo.tools import SQL
from odoo.tools.sql import column_exists

# Sentences looked up and written at once.
CHUNK = 5000
# Table, column of the sentence, prefix of the new columns.
STORES = (
    ("mindbox_request", "error", ""),
    ("mindbox_endpoint", "pause_reason", "pause_"),
    ("mindbox_endpoint", "hold_reason", "hold_"),
    ("mindbox_import", "pause_reason", "pause_"),
    ("mindbox_import", "hold_reason", "hold_"),
    ("mindbox_import_chunk", "error", ""),
    ("mindbox_import_line", "reason", ""),
    ("mindbox_reconciliation", "error", ""),
    ("mindbox_reconciliation", "read_note", "read_"),
    ("mindbox_feed_build", "error", ""),
)
# What is left over of a wizard.
LEFT = (
    ("mindbox_connection_test", "verdict"),
    ("mindbox_connection_test_line", "message"),
)
SENTENCES = {
    "credentials": (
        "Mindbox does not accept the credentials (401): check the secret key, and that "
        "this shop is allowed in the integration point.",
    ),
    "key_refused": (
        "Mindbox refuses this secret key for this integration point (403).",
    ),
    "address": ("Nothing answers at this address (404): check the URL.",),
    "proxy_credentials": (
        "The proxy between Odoo and Mindbox asks for credentials (407).",
    ),
    "unusable_settings": (
        "The URL or the secret key cannot be used as it is: check both.",
    ),
    "tls": ("The secure connection to Mindbox failed (TLS).",),
    "proxy": ("The proxy does not connect to Mindbox.",),
    "dns": ("The address of Mindbox cannot be found (DNS).",),
    "connection_refused": ("Nothing accepts connections at the address of Mindbox.",),
    "connect_timeout": ("Mindbox cannot be reached in time.",),
    "timeout": ("Mindbox does not answer in time.",),
    "connection_broken": ("The connection to Mindbox broke off.",),
    "unreadable": ("The answer of Mindbox is unreadable.",),
    "throttled": ("Mindbox asks to slow down (429).",),
    "server_error": ("Mindbox is out of order ({status}).",),
    "out_of_order": ("Mindbox is out of order.",),
    "redirect": ("The address answers with a redirect ({status}).",),
    "not_mindbox": ("What answers is not Mindbox.",),
    "refused": ("Mindbox refuses the call ({status}).",),
    "not_found": ("Mindbox: {entity} not found.",),
    "ambiguous": ("Mindbox: {entity} cannot be told apart from another one.",),
    "not_processed": ("Mindbox: {entity} not processed.",),
    "invalid": ("Mindbox: {entity} not valid.",),
    "not_understood": ("Mindbox: {entity} not understood.",),
    "other_customer": ("Mindbox: {entity} already belongs to another customer.",),
    "delivery_fault": (
        "The delivery itself failed ({kind}), see the log.",
        "Сбой самой отправки ({kind}), подробности в журнале сервера.",
    ),
    "body_fault": (
        "The body cannot be built ({kind}).",
        "Не удалось собрать тело запроса ({kind}).",
    ),
    "call_fault": (
        "The call cannot be sent ({kind}).",
        "Не удалось отправить вызов ({kind}).",
    ),
    "paused_by_hand": ("Paused by {user}", "приостановил(а) {user}"),
    "cancelled_by_hand": ("Cancelled by {user}", "Отменил(а) {user}"),
    "customer_erased": ("The customer was erased.", "Клиент удалён."),
    "superseded": ("Replaced: sent again by the reconciliation.",),
    "record_gone": ("The record no longer exists.", "Записи больше нет."),
    "event_gone": ("There is no event “{event}”.", "События «{event}» нет."),
    "operation_off": ("The operation is switched off.", "Операция выключена."),
    "mode_mismatch": (
        "The mode of the operation does not fit: an import of many records needs Bulk, "
        "a single one Asynchronous or Synchronous.",
        "Режим операции не подходит: для импорта многих записей нужен «Массовый», для "
        "одной — «Асинхронный» или «Синхронный».",
    ),
    "status_unmapped": (
        "No status is mapped for “{milestone}”.",
        "Для этапа «{milestone}» статус не задан.",
    ),
    "product_without_id": (
        "The product “{product}” has no {reference}: fill it in, then send again.",
        "У товара «{product}» не заполнено поле «{reference}»: заполните его и "
        "отправьте повторно.",
    ),
    "no_website": ("The company has no website.", "У компании нет сайта."),
    "no_contact": (
        "No contact: the customer has neither e-mail nor phone.",
        "Нет контакта: у клиента не указаны ни e-mail, ни телефон.",
    ),
    "guest_with_account": (
        "A guest: there is a customer with an account and this e-mail, whom it would "
        "be taken away from.",
        "Гость: есть клиент с учётной записью и тем же адресом, у которого этот адрес "
        "был бы отобран.",
    ),
    "customer_excluded": (
        "Excluded customer: see Customers of the integration point.",
        "Клиент исключён: см. отбор клиентов в точке интеграции.",
    ),
    "cart_ordered": ("The cart has become an order.", "Корзина стала заказом."),
    "order_returned": ("All of the order came back.", "Весь заказ вернулся."),
    "archived": ("Archived.", "В архиве."),
    "no_customer": (
        "The customer is none for Mindbox: an employee, a visitor without an account, "
        "or excluded.",
        "Для Mindbox это не клиент: сотрудник, посетитель без учётной записи или "
        "исключён.",
    ),
    "owner_no_customer": (
        "The owner of the card is no customer.",
        "Владелец карты — не клиент.",
    ),
    "no_products": ("The order has no products.", "В заказе нет товаров."),
    "files_pace": ("Keeps to the files per hour.", "Соблюдается число файлов в час."),
    "files_refused": (
        "Mindbox refuses one file after another: {reason}",
        "Mindbox отклоняет один файл за другим: {reason}",
    ),
    "nobody_to_tell": ("No customer to tell of.", "Не о ком сообщать."),
    "no_segment_operation": (
        "No operation for the segment “{segment}”.",
        "Для сегмента «{segment}» нет операции.",
    ),
}
# Labels that were part of a sentence, and the values they stand for.
VALUES = {
    "milestone": {
        "Placed": "created",
        "Оформлен": "created",
        "Confirmed": "confirmed",
        "Подтверждён": "confirmed",
        "Paid": "paid",
        "Оплачен": "paid",
        "Partially shipped": "partially_shipped",
        "Отгружен частично": "partially_shipped",
        "Shipped": "shipped",
        "Отгружен": "shipped",
        "Delivered": "delivered",
        "Доставлен": "delivered",
        "Cancelled": "cancelled",
        "Отменён": "cancelled",
        "Returned": "returned",
        "Возвращён": "returned",
        "Back to quotation": "quotation",
        "Возвращён в предложение": "quotation",
    },
    "reference": {
        "Database ID": "id",
        "ID в базе данных": "id",
        "Internal reference": "default_code",
        "Артикул": "default_code",
        "Barcode": "barcode",
        "Штрихкод": "barcode",
    },
}


def migrate(cr, version):
    for table, column, prefix in STORES:
        if column_exists(cr, table, column):
            convert(cr, table, column, prefix)
            drop(cr, table, column)
    # The names of fields that differ stay a detail; everything else was a reason.
    reasons = SQL("problem != 'other' AND detail IS NOT NULL")
    convert(cr, "mindbox_difference", "detail", "", reasons)
    cr.execute(SQL("UPDATE mindbox_difference SET detail = NULL WHERE %s", reasons))
    for table, column in LEFT:
        drop(cr, table, column)


def convert(cr, table, column, prefix, condition=None):
    """Write codes and details beside the sentences of a column."""
    sentence, name = SQL.identifier(column), SQL.identifier(table)
    condition = condition or SQL("COALESCE(%s, '') != ''", sentence)
    cr.execute(SQL("SELECT DISTINCT %s FROM %s WHERE %s", sentence, name, condition))
    found = [text for (text,) in cr.fetchall()]
    for start in range(0, len(found), CHUNK):
        known = [[text, *recognise(text)] for text in found[start : start + CHUNK]]
        cr.execute(
            SQL(
                """
                UPDATE %(table)s SET %(code)s = known.value->>1,
                       %(details)s = NULLIF(known.value->2, '{}')
                  FROM jsonb_array_elements(%(known)s::jsonb) AS known
                 WHERE %(sentence)s = known.value->>0 AND %(condition)s
                """,
                table=name,
                code=SQL.identifier(f"{prefix}reason_code"),
                details=SQL.identifier(f"{prefix}reason_details"),
                known=json.dumps(known),
                sentence=sentence,
                condition=condition,
            )
        )


def drop(cr, table, column):
    cr.execute(
        SQL(
            "ALTER TABLE %s DROP COLUMN IF EXISTS %s",
            SQL.identifier(table),
            SQL.identifier(column),
        )
    )


def recognise(sentence):
    """Return (code, details) of a sentence; of somebody else's words "other"."""
    for code, pattern in PATTERNS:
        if match := pattern.fullmatch(sentence):
            details = match.groupdict()
            if "reason" in details:
                details["reason"] = recognise(details["reason"])
            for name in details.keys() & VALUES.keys():
                details[name] = VALUES[name].get(details[name], details[name])
            return code, details
    return "other", {"text": sentence}


def _compile(template):
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(template))
    return re.compile(pattern, re.DOTALL)


PATTERNS = [
    (code, _compile(template))
    for code, templates in SENTENCES.items()
    for template in templates
]
