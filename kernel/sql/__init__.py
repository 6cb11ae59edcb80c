"""Set statements in named `.sql` files: loading, running, checking."""

from kernel.sql.arrays import bigint_array, text_array, uuid_array
from kernel.sql.copying import copy_binary
from kernel.sql.files import Rows, SqlFile

__all__ = ["Rows", "SqlFile", "bigint_array", "copy_binary", "text_array", "uuid_array"]
