"""The tables of the sandbox's one file."""

VERSION = 1
"""Of the tables below. Another version's file is refused, never guessed at."""

TABLES = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS resources (
    id_lc TEXT PRIMARY KEY, id TEXT NOT NULL, type_lc TEXT NOT NULL, type TEXT NOT NULL,
    parent_lc TEXT NOT NULL, body TEXT NOT NULL, etag TEXT NOT NULL, changed_at TEXT NOT NULL,
    deleted_at TEXT, purge_at TEXT);
CREATE INDEX IF NOT EXISTS resources_parent ON resources (parent_lc, type_lc);
CREATE INDEX IF NOT EXISTS resources_purge ON resources (purge_at);
CREATE INDEX IF NOT EXISTS resources_type ON resources (type_lc);
CREATE INDEX IF NOT EXISTS resources_list ON resources (parent_lc, type_lc, id_lc);
CREATE INDEX IF NOT EXISTS resources_by_type ON resources (type_lc, id_lc);
CREATE TABLE IF NOT EXISTS operations (
    id TEXT PRIMARY KEY, action TEXT NOT NULL, resource_id TEXT NOT NULL, collection TEXT NOT NULL,
    status TEXT NOT NULL, started TEXT NOT NULL, due TEXT NOT NULL, ended TEXT,
    final TEXT NOT NULL, error TEXT);
CREATE INDEX IF NOT EXISTS operations_due ON operations (status, due);
CREATE TABLE IF NOT EXISTS account_locks (
    account_lc TEXT PRIMARY KEY, operation_id TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS principals (
    oid TEXT PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
    inside_header TEXT NOT NULL UNIQUE, outside_header TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL, groups TEXT NOT NULL, created_at TEXT NOT NULL,
    resource_lc TEXT);
CREATE TABLE IF NOT EXISTS kv (
    store_id_lc TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL DEFAULT '',
    value TEXT, content_type TEXT, tags TEXT NOT NULL DEFAULT '{}', etag TEXT NOT NULL,
    locked INTEGER NOT NULL DEFAULT 0, last_modified TEXT NOT NULL,
    PRIMARY KEY (store_id_lc, key, label));
CREATE TABLE IF NOT EXISTS kv_revisions (
    number INTEGER PRIMARY KEY, store_id_lc TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL,
    value TEXT, content_type TEXT, tags TEXT NOT NULL, etag TEXT NOT NULL,
    locked INTEGER NOT NULL, last_modified TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS kv_revisions_of ON kv_revisions (store_id_lc, key, label);
CREATE TABLE IF NOT EXISTS kv_deletions (
    store_id_lc TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kv_snapshots (
    store_id_lc TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, items TEXT NOT NULL,
    PRIMARY KEY (store_id_lc, name));
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, account_lc TEXT NOT NULL,
    deployment TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL, operation TEXT NOT NULL,
    status INTEGER NOT NULL, stream INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, ttft_ms REAL NOT NULL,
    ttlt_ms REAL NOT NULL, rate_cost REAL NOT NULL, utilisation REAL NOT NULL,
    is_spillover INTEGER NOT NULL, filtered INTEGER NOT NULL, principal TEXT NOT NULL,
    correlation_id TEXT NOT NULL, details TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS events_at ON events (account_lc, at);
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY, account_lc TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    body TEXT NOT NULL, content BLOB, UNIQUE (account_lc, kind, id));
CREATE TABLE IF NOT EXISTS telemetry (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, received TEXT NOT NULL,
    workspace_lc TEXT NOT NULL, component_lc TEXT NOT NULL, name TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS telemetry_at ON telemetry (name, workspace_lc, at);
CREATE TABLE IF NOT EXISTS activity (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, operation TEXT NOT NULL, word TEXT NOT NULL,
    resource_lc TEXT NOT NULL, status INTEGER NOT NULL, caller TEXT NOT NULL, ip TEXT NOT NULL,
    correlation_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS activity_at ON activity (at);
CREATE TABLE IF NOT EXISTS alerts (
    number INTEGER PRIMARY KEY, rule_lc TEXT NOT NULL, split TEXT NOT NULL, fired TEXT NOT NULL,
    resolved TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS alerts_open ON alerts (rule_lc, split, resolved);
CREATE TABLE IF NOT EXISTS watched (
    rule_lc TEXT PRIMARY KEY, until TEXT NOT NULL, error TEXT);
CREATE TABLE IF NOT EXISTS faults (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""

FORGOTTEN = (
    *("resources", "operations", "account_locks", "kv", "kv_revisions"),
    *("kv_deletions", "kv_snapshots"),
    *("events", "objects", "faults"),
    *("telemetry", "activity", "alerts", "watched"),
)
"""What a reset empties. Secrets and principals outlive it, so that open shells keep working."""
