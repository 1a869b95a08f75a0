"""Checks of single values.

A check takes the value as it came and returns the clean one. It raises `BadField` when
the field has to be dropped (the call goes on with a warning) and `FatalField` where the
contract lets the whole call fail: a name over its length, an enumeration too long or
with a `|` in it.
"""

import re
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

CLEAR = "%CLEAR%"
CHANNELS = {c.lower(): c for c in ("Email", "Sms", "Viber", "Webpush", "Mobilepush")}
SEXES = {"male": "male", "m": "male", "female": "female", "f": "female", "w": "female"}
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
PLACEHOLDER_PHONES = {"79777777777"}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
EMAIL = re.compile(
    r"[^@\s<>(),;:\\\"\[\]]{1,64}@[^@\s.<>(),;:\\\"\[\]]+(\.[^@\s.<>(),;:\\\"\[\]]+)+"
)
# Digits that must be there in all, by the beginning of the number (first match wins).
PHONE_LENGTHS = (
    (re.compile("[17]"), 11, 11),
    (re.compile("9([0-589]|7[0-46-9])"), 11, 13),
    (re.compile("[2-9]"), 8, 19),
)
DAYS = (
    (re.compile(r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})"), ""),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"), ""),
    (
        re.compile(r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d{4})"),
        "a date with slashes is ambiguous",
    ),
)
CLOCK = re.compile(
    r"(?P<sep>[ T])(?P<H>\d{1,2}):(?P<M>\d\d)"
    r"(:(?P<S>\d\d)(\.(?P<F>\d{1,7}))?)?(?P<z>Z)?"
)


class BadField(ValueError):
    """This field is dropped, the call goes on."""


class FatalField(BadField):
    """This field fails the call."""


class Noted(Exception):
    """The value is kept, but the sender should know something about it."""

    def __init__(self, value, message):
        super().__init__(message)
        self.value = value


def kept_text(value):
    if not isinstance(value, str):
        raise BadField("must be a string")
    return value


def text(value, limit=1000):
    if len(kept_text(value)) > limit:
        raise BadField(f"longer than {limit} characters")
    return value


def name(value, limit=100):
    if len(kept_text(value)) > limit:
        raise FatalField(f"a name longer than {limit} characters fails the call")
    if value != CLEAR and value.upper() == CLEAR:
        raise Noted(value, "%CLEAR% works in upper case only, this is taken literally")
    return value


def enum(value, limit=250):
    if len(kept_text(value)) > limit:
        raise FatalField(
            f"an enumeration value longer than {limit} characters fails the call"
        )
    if "|" in value:
        raise FatalField("an enumeration value with '|' fails the call")
    if not value:
        raise BadField("empty")
    return value


def guid(value):
    if not GUID.fullmatch(value):
        raise BadField("not a GUID")
    return value.lower()


def email(value):
    value = text(value, 254).strip()
    if value == CLEAR:
        return value
    if not EMAIL.fullmatch(value):
        raise BadField("not an e-mail address")
    return value.lower()


def phone(value):
    """Digits with country code; everything else is dropped on the server side."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadField("must be a string of digits")
    if value == CLEAR:
        return value
    digits = re.sub(r"[^0-9]", "", str(value))
    if re.fullmatch(r"8[3489]\d{9}", digits):
        digits = "7" + digits[1:]
    if digits in PLACEHOLDER_PHONES:
        raise BadField("a placeholder number is blacklisted")
    bounds = next((b for b in PHONE_LENGTHS if b[0].match(digits)), None)
    if not bounds or not bounds[1] <= len(digits) <= bounds[2]:
        raise BadField("not a phone number with country code")
    return digits


def sex(value):
    if value == CLEAR:
        return value
    found = SEXES.get(str(value).lower())
    if not found:
        raise BadField("must be male or female")
    return found


@lru_cache(1)
def zones():
    return zoneinfo.available_timezones()


def time_zone(value):
    if value != CLEAR and kept_text(value) not in zones():
        raise BadField("not an IANA time zone")
    return value


def channel(value):
    found = CHANNELS.get(str(value).lower())
    if not found:
        raise BadField(f"unknown channel, known are {', '.join(CHANNELS.values())}")
    return found


def boolean(value):
    if isinstance(value, bool):
        return value
    found = TRUTH.get(str(value).lower())
    if found is None:
        raise BadField("must be true or false")
    return found


def decimal(value, places, low=None):
    """A number with at most so many decimal places; numbers and strings both occur."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise BadField("must be a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise BadField("must be a number with a dot as separator") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        raise BadField("out of range")
    if number != round(number, places):
        raise BadField(f"more than {places} decimal places")
    if low is not None and number < low:
        raise BadField(f"less than {low}")
    return number


money = partial(decimal, places=2)
price = partial(decimal, places=2, low=0)
quantity = partial(decimal, places=3, low=0)


def integer(value):
    number = decimal(value, 0)
    if abs(number) >= 2**31:
        raise BadField("out of range")
    return int(number)


def split_moment(value):
    """(day match, what to note about it, the rest) of a moment in any accepted
    notation.
    """
    for pattern, note in DAYS:
        found = pattern.match(value)
        if found:
            return found, note, value[found.end() :]
    raise BadField("not a date in an accepted format")


def read_day(value):
    found, note, rest = split_moment(kept_text(value))
    try:
        return date(*(int(found[k]) for k in "ymd")), note, rest
    except ValueError:
        raise BadField("no such day") from None


def read_clock(rest):
    if not rest:
        return timedelta(), ""
    found = CLOCK.fullmatch(rest)
    if not found:
        raise BadField("not a time in an accepted format")
    hours, minutes, seconds = (int(found[k] or 0) for k in "HMS")
    if hours > 23 or minutes > 59 or seconds > 59:
        raise BadField("no such time")
    micro = int((found["F"] or "0").ljust(6, "0")[:6])
    iso = found["sep"] == "T" or found["z"]
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    return span, "ISO notation is not documented for requests" if iso else ""


@lru_cache(4096)
def parse_moment(value):
    """(aware UTC datetime, notes) of `dd.MM.yyyy HH:mm:ss.fff` and its relatives."""
    day, note, rest = read_day(value)
    span, second = read_clock(rest)
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    return start + span, note or second


def moment(value):
    when, note = parse_moment(kept_text(value))
    if note:
        raise Noted(when, note)
    return when


def birth_date(value):
    if value == CLEAR:
        return value
    day, note, rest = read_day(value)
    if rest and not CLOCK.fullmatch(rest):
        raise BadField("not a date in an accepted format")
    if not date(1900, 1, 1) <= day <= date.today():
        raise BadField("not a possible birthday")
    if note:
        raise Noted(day.isoformat(), note)
    return day.isoformat()


def custom_value(value):
    """A custom field of a kind the project does not tell."""
    if isinstance(value, list):
        return [enum(item) for item in value]
    if value is None or isinstance(value, dict):
        raise BadField("must be a text, a number, a boolean or a list of texts")
    return text(value) if isinstance(value, str) else value


CUSTOM_KINDS = {
    "string": text,
    "enum": enum,
    "int": integer,
    "decimal": money,
    "bool": boolean,
    "any": custom_value,
}
