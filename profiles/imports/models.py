"""Uploads of files with their pieces and problems, and pulls from databases with their runs."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from profiles.touchpoints.models import Source


class Upload(models.Model):
    """One uploaded file on its way: read, mapped, checked, imported. Counts are of that last pass.

    `position` is where the next batch begins: a byte of a text file, a row of Parquet. It moves in
    the transaction that takes the rows in, so a row is taken in once, whatever dies.
    """

    class Kind(models.TextChoices):
        PEOPLE = "people", "People"
        EVENTS = "events", "Events"

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        JSONL = "jsonl", "JSON lines"
        PARQUET = "parquet", "Parquet"

    class Status(models.TextChoices):
        DRAFT = "draft", "Not mapped yet"
        CHECKING = "checking", "Checking"
        CHECKED = "checked", "Checked"
        RUNNING = "running", "Importing"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    form = models.CharField(max_length=10, choices=Form.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.DRAFT, db_index=True
    )
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, db_index=True)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    mapping = models.JSONField(default=dict)
    position = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    new_people = models.BigIntegerField(default=0)
    known_people = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True, blank=True)
    failure = models.TextField(blank=True)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_upload"

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_working(self) -> bool:
        """Whether a worker has to go on with it."""
        return self.status in {self.Status.CHECKING, self.Status.RUNNING}


class UploadPiece(models.Model):
    """A part of an uploaded file; deleted when the import has ended."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="pieces", db_index=False
    )
    number = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "profiles_upload_piece"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upload", "number"], name="profiles_upload_piece_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class UploadPerson(models.Model):
    """Somebody whom a check has counted, as a hash; deleted when the check has ended."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.UUIDField()
    is_known = models.BooleanField()

    class Meta:
        db_table = "profiles_upload_person"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upload", "digest"], name="profiles_upload_person_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.digest}"


class Pull(models.Model):
    """A query that is asked of another database every few minutes; its address is encrypted.

    A worker holds a pull by a lease, not by a lock: a transaction that is open as long as a foreign
    query takes would hold back every reader of facts. `watermark` moves in the transaction that
    takes in the last rows of a run.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=100, unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Upload.Kind.choices)
    sealed_url = models.TextField()
    place = models.CharField(max_length=300)
    query = models.TextField()
    mapping = models.JSONField(default=dict)
    watermark_column = models.CharField(max_length=100, blank=True)
    watermark = models.CharField(max_length=200, blank=True)
    starts_journeys = models.BooleanField(default=False)
    every_minutes = models.IntegerField()
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles_pull"

    def __str__(self) -> str:
        return self.name


class PullRun(models.Model):
    """One run of a pull; `problems` names rows and columns, never what stands in them."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    id = models.BigAutoField(primary_key=True)
    pull = models.ForeignKey(Pull, on_delete=models.CASCADE, related_name="runs", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    watermark = models.CharField(max_length=200, blank=True)
    problems = models.JSONField(default=list)
    failure = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_pull_run"
        indexes: ClassVar = [models.Index(fields=["pull", "-id"], name="profiles_pull_run_newest")]

    def __str__(self) -> str:
        return str(self.id)


class UploadProblem(models.Model):
    """What is wrong with one row of an upload; never what the row says."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="problems", db_index=False
    )
    row = models.BigIntegerField()
    column = models.CharField(max_length=300, blank=True)
    message = models.CharField(max_length=500)

    class Meta:
        db_table = "profiles_upload_problem"
        indexes: ClassVar = [models.Index(fields=["upload", "row"], name="profiles_problem_row")]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.row}"
