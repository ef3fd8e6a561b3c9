"""The database wall: row-level security policies, roles and tenant-true foreign keys on PostgreSQL.

Two roles that cannot log in: `postroom_app`, which the application takes when it connects, and `postroom_across`, which
`tenancy.across_tenants` takes for one transaction. Neither owns a table nor bypasses policies. Migrations run as the
owner. On SQLite all of this does nothing: the first wall, the scoped managers, stands alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, cast

from django.db import ProgrammingError, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from apps.core.tenancy import ACROSS_ROLE

APP_ROLE = "postroom_app"
POLICY = "tenant"
ACROSS_POLICY = "across_tenants"

# Sub-selects, so that PostgreSQL reads each setting once a statement; an unset or emptied setting is NULL: no rows.
ORGANIZATION = "(SELECT nullif(current_setting('postroom.organization_id', true), '')::uuid)"
USER = "(SELECT nullif(current_setting('postroom.user_id', true), '')::uuid)"
ANY_WORKSPACE = "(SELECT current_setting('postroom.workspace_ids', true) = '*')"
# The outer cast makes it one array: ANY (SELECT ...) alone would compare with rows.
WORKSPACES = (
    "(SELECT string_to_array(nullif(nullif(current_setting('postroom.workspace_ids', true), ''), '*'), ','))::uuid[]"
)

OWN_ORGANIZATION = f"organization_id = {ORGANIZATION}"
OWN_WORKSPACE = f"{OWN_ORGANIZATION} AND ({ANY_WORKSPACE} OR workspace_id = ANY ({WORKSPACES}))"
# Rows of the organization that may or may not belong to a workspace (events, audit entries).
OWN_OR_SHARED = f"{OWN_ORGANIZATION} AND (workspace_id IS NULL OR {ANY_WORKSPACE} OR workspace_id = ANY ({WORKSPACES}))"

CREATE_ROLES = f"""
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['{APP_ROLE}', '{ACROSS_ROLE}'] LOOP
    -- An owner who may not create roles finds them made; of two who create them at once, the second does.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    BEGIN
      EXECUTE format('GRANT %I TO %I', wanted, current_user);
    EXCEPTION WHEN unique_violation OR insufficient_privilege OR invalid_grant_operation THEN NULL;
    END;
  END LOOP;
END $$;
"""


class OnPostgreSQL(Operation, ABC):
    """What is done to the database and to no model: on PostgreSQL `forwards` and `backwards`, elsewhere nothing."""

    reversible = True

    @abstractmethod
    def forwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        """Do it; `state` is the one in which it is done."""

    @abstractmethod
    def backwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        """Undo it; `state` is the one in which it is done still."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._only_there(self.forwards, schema_editor, app_label, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._only_there(self.backwards, schema_editor, app_label, from_state)

    def _only_there(
        self,
        act: Callable[[BaseDatabaseSchemaEditor, str, ProjectState], None],
        schema_editor: BaseDatabaseSchemaEditor,
        app_label: str,
        state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            act(schema_editor, app_label, state)


class OnTable(OnPostgreSQL):
    """The same for the table of one model, which `build` and `undo` are handed as it was at that time."""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    @abstractmethod
    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        """Do it to the table of `model`."""

    @abstractmethod
    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        """Undo it."""

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {}

    def forwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        self.build(schema_editor, state.apps.get_model(app_label, self.model_name))

    def backwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        self.undo(schema_editor, state.apps.get_model(app_label, self.model_name))


class CreateRoles(OnPostgreSQL):
    """Create the two roles of the application if the cluster lacks them."""

    def forwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        try:
            with transaction.atomic(schema_editor.connection.alias):
                schema_editor.execute(CREATE_ROLES, params=None)
        except ProgrammingError:
            # Another database of the cluster made them in this very moment, and this session had noted that there are
            # none: looked up again, they are there.
            schema_editor.execute(CREATE_ROLES, params=None)

    def backwards(self, schema_editor: BaseDatabaseSchemaEditor, app_label: str, state: ProjectState) -> None:
        pass  # Roles belong to the cluster, and other databases may use them.

    def describe(self) -> str:
        return "Create the application's roles"


class ProtectTable(OnTable):
    """Give a tenant-owned table its policies and make its foreign keys stay inside the tenant.

    `visible` is the condition under which a row may be read and written; without one it follows from the columns.
    """

    def __init__(self, model_name: str, *, visible: str | None = None) -> None:
        super().__init__(model_name)
        self.visible = visible

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {"visible": self.visible} if self.visible else {}

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        visible = self.visible or _visible(model)
        _enforce(schema_editor, model, f"USING ({visible}) WITH CHECK ({visible})")
        for field in _tenant_references(model):
            _keep_inside_tenant(schema_editor, model, field)

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        for field in _tenant_references(model):
            _drop_if_there(schema_editor, model, _reference_name(model, field))
        _enforce_no_more(schema_editor, model)

    def describe(self) -> str:
        return f"Protect {self.model_name} by row-level security"


class ProtectFromTenants(OnTable):
    """Let every tenant read a table of the operator's, and nobody write it but work that serves all tenants."""

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _enforce(schema_editor, model, "FOR SELECT USING (true)")

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _enforce_no_more(schema_editor, model)

    def describe(self) -> str:
        return f"Let tenants read {self.model_name} and not write it"


class ProtectReferences(OnTable):
    """Make foreign keys that a protected table got later stay inside the tenant, as `ProtectTable` does for those it
    finds."""

    def __init__(self, model_name: str, *fields: str) -> None:
        super().__init__(model_name)
        self.fields = fields

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, *self.fields], {}

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        for name in self.fields:
            _keep_inside_tenant(schema_editor, model, _reference(model, name))

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        for name in self.fields:
            _drop_if_there(schema_editor, model, _reference_name(model, _reference(model, name)))

    def describe(self) -> str:
        return f"Keep {', '.join(self.fields)} of {self.model_name} inside the tenant"


class KeepAlike(OnTable):
    """Make a reference hold only between rows that are alike in a column: whoever points at a row says of itself what
    that says, or the database refuses."""

    def __init__(self, model_name: str, field: str, column: str) -> None:
        super().__init__(model_name)
        self.field = field
        self.column = column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.field, self.column], {}

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        # Rows wait for nothing else of this migration: the references below need them settled.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        _refer(schema_editor, model, _reference(model, self.field), (self.column,), name=self._name(model))

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _drop_if_there(schema_editor, model, self._name(model))

    def describe(self) -> str:
        return f"Keep {self.model_name} and its {self.field} alike in {self.column}"

    def _name(self, model: type[models.Model]) -> str:
        return f"{model._meta.db_table}_{_reference(model, self.field).column}_{self.column}_fk"[:63]


class SayReferencesOnce(OnTable):
    """Drop the foreign keys of a table that another of its foreign keys implies, for the database looks at each of
    them for each row: one that repeats the tenant's columns implies the plain one, and that of the organization."""

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        table = schema_editor.quote_name(model._meta.db_table)
        for field in _implied_references(schema_editor, model):
            for name in _plain_references(schema_editor, model, field):
                schema_editor.execute(
                    f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(name)}", params=None
                )

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        django: Any = schema_editor  # What it makes foreign keys with has no public name.
        for field in _implied_references(schema_editor, model):
            if not _plain_references(schema_editor, model, field):
                django.execute(django._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))

    def describe(self) -> str:
        return f"Say each reference of {self.model_name} once"


def _enforce(schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model], tenants_may: str) -> None:
    """Row-level security that the table's owner is bound by too: what tenants may, and all for work across tenants."""
    table = schema_editor.quote_name(model._meta.db_table)
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} {tenants_may}",
        f"CREATE POLICY {ACROSS_POLICY} ON {table} TO {ACROSS_ROLE} USING (true) WITH CHECK (true)",
    ):
        schema_editor.execute(statement, params=None)


def _enforce_no_more(schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
    table = schema_editor.quote_name(model._meta.db_table)
    for statement in (
        f"DROP POLICY {POLICY} ON {table}",
        f"DROP POLICY {ACROSS_POLICY} ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ):
        schema_editor.execute(statement, params=None)


def _visible(model: type[models.Model]) -> str:
    columns = {field.column: field for field in model._meta.local_fields}
    if "workspace_id" not in columns:
        return OWN_ORGANIZATION
    return OWN_OR_SHARED if columns["workspace_id"].null else OWN_WORKSPACE


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that a reference into this model repeats: organization, and workspace where every row has one."""
    found = {field.column: field for field in model._meta.local_fields}
    if "workspace_id" in found and not found["workspace_id"].null:
        return ("organization_id", "workspace_id")
    return ("organization_id",) if "organization_id" in found else ()


def _tenant_references(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and _columns(field.related_model)
    ]


def _implied_references(
    schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]
) -> list[models.ForeignKey[Any, Any]]:
    """Those that another constraint of the same table holds. The tenant's columns in it are never NULL, so it is looked
    at for every row that refers to something; and what it refers to belongs to an organization that there is."""
    with schema_editor.connection.cursor() as cursor:
        known = schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
    kept = [field for field in _tenant_references(model) if _reference_name(model, field) in known]
    own: list[Any] = [field for field in model._meta.local_fields if field.column == "organization_id"]
    return [*kept, *(own if any(not field.null for field in kept) else [])]


def _plain_references(
    schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model], field: models.ForeignKey[Any, Any]
) -> list[str]:
    """The names of the constraints that hold this column alone."""
    django: Any = schema_editor
    found: list[str] = django._constraint_names(model, [field.column], foreign_key=True)
    return found


def _reference(model: type[models.Model], name: str) -> models.ForeignKey[Any, Any]:
    return cast("models.ForeignKey[Any, Any]", model._meta.get_field(name))


def _reference_name(model: type[models.Model], field: models.ForeignKey[Any, Any]) -> str:
    return f"{model._meta.db_table}_{field.column}_tenant_fk"[:63]


def _keep_inside_tenant(
    schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model], field: models.ForeignKey[Any, Any]
) -> None:
    """A foreign key that repeats the tenant's columns: policies do not guard references, so a constraint does."""
    target: type[models.Model] = field.related_model
    shared = tuple(column for column in _columns(target) if column in _columns(model))
    if shared:
        _refer(schema_editor, model, field, shared, name=_reference_name(model, field))


def _drop_if_there(schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model], name: str) -> None:
    table, constraint = schema_editor.quote_name(model._meta.db_table), schema_editor.quote_name(name)
    schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}", params=None)


def _refer(
    schema_editor: BaseDatabaseSchemaEditor,
    model: type[models.Model],
    field: models.ForeignKey[Any, Any],
    shared: tuple[str, ...],
    *,
    name: str,
) -> None:
    """A foreign key that repeats these columns, and the key of its target that it needs."""
    target: type[models.Model] = field.related_model
    quote = schema_editor.quote_name
    key = ", ".join([*shared, "id"])
    target_table = target._meta.db_table
    target_key = quote(f"{target_table}_{'_'.join(shared)}_key"[:63])
    exists = "SELECT 1 FROM pg_constraint WHERE conname = '{}' AND conrelid = '{}'::regclass"
    schema_editor.execute(
        f"DO $$ BEGIN IF NOT EXISTS ({exists.format(target_key.strip(chr(34)), quote(target_table))}) THEN "
        f"ALTER TABLE {quote(target_table)} ADD CONSTRAINT {target_key} UNIQUE ({key}); END IF; END $$",
        params=None,
    )
    schema_editor.execute(
        f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(name)} "
        f"FOREIGN KEY ({', '.join([*shared, quote(field.column)])}) REFERENCES {quote(target_table)} ({key}) "
        "DEFERRABLE INITIALLY DEFERRED",
        params=None,
    )
