from . import mindbox_connection_test
