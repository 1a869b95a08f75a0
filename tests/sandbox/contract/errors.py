"""How a call is refused."""


class ProtocolError(Exception):
    """The call is refused: wrong envelope or wrong body, in every mode."""

    def __init__(self, message, http=400):
        super().__init__(message)
        self.http = http


class BusinessError(Exception):
    """What the operation itself says no to: 400 in sync mode, in async mode only
    logged.
    """


class Invalid(BusinessError):
    """A ValidationError: told with HTTP 200 where the operation returns them."""

    def __init__(self, message, location=None):
        super().__init__(message)
        one = {"message": message}
        self.messages = [{"location": location, **one} if location else one]


class Throttled(ProtocolError):
    """A limit of §1.6 is exceeded."""

    def __init__(self, message, retry_after=None):
        super().__init__(message, 429)
        self.retry_after = retry_after
