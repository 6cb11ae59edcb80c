"""Set statements in named `.sql` files: loading, running, checking."""

from kernel.sql.arrays import bigint_array, text_array, uuid_array
from kernel.sql.files import Rows, SqlFile

__all__ = ["Rows", "SqlFile", "bigint_array", "text_array", "uuid_array"]
