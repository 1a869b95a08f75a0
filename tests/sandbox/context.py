"""One call on its way through a step."""


class Context:
    __slots__ = (
        "world",
        "call",
        "operation",
        "body",
        "when",
        "seq",
        "device",
        "status",
    )

    def __init__(self, world, call, operation, body, when):
        self.world, self.call, self.operation = world, call, operation
        self.body, self.when, self.seq = body, when, call.seq
        expected = world.project.device_flag(operation) != "refused"
        self.device = (
            call.device_uuid.lower() if call.device_uuid and expected else None
        )
        self.status = "Found"

    @property
    def book(self):
        return self.world.customers

    @property
    def project(self):
        return self.world.project

    @property
    def settings(self):
        return self.world.project.settings

    @property
    def strict(self):
        return self.world.project.strict

    def warn(self, location, message):
        self.call.warn(location, message)

    def remark(self, location, message):
        self.call.remark(location, message)

    def warn_all(self, warnings):
        for location, message in warnings:
            self.warn(location, message)

    def fresh(self, subject):
        """No newer state of the subject is known; else the call is stale."""
        if self.when < self.world.times.get(subject, 0):
            self.call.stale = True
            return False
        self.world.times[subject] = self.when
        return True

    def call_customer(self, customer):
        if customer is not None:
            self.call.customer_id = customer.id

    def welcome(self, customer):
        """The customer of this call: remembered at the call, seen with this device."""
        self.call_customer(customer)
        self.book.touch(customer, self.when)
        if self.device:
            self.book.set_device(customer, self.device, self.when)
