CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    grouping TEXT NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS cost_centres (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    description TEXT NOT NULL,
    parent_id INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    group_code TEXT NOT NULL,
    group_description TEXT NOT NULL,
    unit TEXT NOT NULL,
    purchase_cents INTEGER NOT NULL,
    sale_cents INTEGER NOT NULL,
    vat_code TEXT NOT NULL,
    account TEXT NOT NULL,
    active INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS relations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    fields TEXT NOT NULL,
    added TEXT NOT NULL,
    visible_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS relations_code ON relations (code);

CREATE TABLE IF NOT EXISTS invoices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    relation_code TEXT NOT NULL,
    date TEXT NOT NULL,
    term INTEGER NOT NULL,
    template TEXT NOT NULL,
    extras TEXT NOT NULL,
    net INTEGER NOT NULL,
    vat INTEGER NOT NULL,
    secret TEXT NOT NULL,
    entry_id INTEGER,
    visible_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS invoices_number ON invoices (number);

CREATE TABLE IF NOT EXISTS invoice_lines (
    invoice_id INTEGER NOT NULL REFERENCES invoices (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    price TEXT NOT NULL,
    vat_code TEXT NOT NULL,
    account TEXT NOT NULL,
    cost_centre INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, position)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    date TEXT NOT NULL,
    account TEXT NOT NULL,
    relation_code TEXT NOT NULL,
    number TEXT NOT NULL,
    voucher TEXT NOT NULL,
    description TEXT NOT NULL,
    term TEXT NOT NULL,
    reference TEXT NOT NULL,
    in_ex TEXT NOT NULL,
    visible_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_number ON entries (number);

CREATE TABLE IF NOT EXISTS entry_lines (
    entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    net INTEGER NOT NULL,
    vat INTEGER NOT NULL,
    gross INTEGER NOT NULL,
    vat_code TEXT NOT NULL,
    percentage TEXT NOT NULL,
    number TEXT NOT NULL,
    account TEXT NOT NULL,
    cost_centre INTEGER NOT NULL,
    PRIMARY KEY (entry_id, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_lines_number ON entry_lines (number);

-- debit is positive, credit negative; the postings of one entry add up to nothing
CREATE TABLE IF NOT EXISTS postings (
    entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    date TEXT NOT NULL,
    account TEXT NOT NULL,
    cost_centre INTEGER NOT NULL,
    amount INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS postings_account ON postings (account, date);
CREATE INDEX IF NOT EXISTS postings_entry ON postings (entry_id);

CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    opened_at REAL NOT NULL,
    used_at REAL NOT NULL,
    expired INTEGER NOT NULL DEFAULT 0,
    closed INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS counters (
    period TEXT NOT NULL,
    subject TEXT NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (period, subject)
) WITHOUT ROWID;

-- The numbers in the answer to a request that asked for no number.
CREATE TABLE IF NOT EXISTS listed_numbers (
    request_id INTEGER NOT NULL,
    number TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS listed_numbers_by_request ON listed_numbers (request_id);

CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    operation TEXT NOT NULL DEFAULT '',
    soap TEXT NOT NULL DEFAULT '',
    number TEXT NOT NULL DEFAULT '',
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT 'received',
    code TEXT NOT NULL DEFAULT '',
    applied INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT '',
    milliseconds INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT ''
);
