from . import mindbox_blacklist
from . import mindbox_consent
from . import mindbox_erasure
from . import mail_blacklist
from . import phone_blacklist
