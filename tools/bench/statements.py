"""The statements that fill the tables, in order; `seeding.py` supplies the values.

Every value follows from the number of its row. Temporary tables hold the numbers with their ids.
"""

# A row of a line is at most a month older than its invoice; what waits is of the last 111 days.
# The more rows, the shorter each: a day has 24 hours.
HOURS = """
    CREATE TEMPORARY TABLE seeded_hours AS
    SELECT n, nextval('registrations_timeentry_id_seq') AS id,
        CASE WHEN n < %(billed)s THEN n / %(rows_a_line)s END AS line,
        CASE WHEN n < %(billed)s
            THEN n / (%(rows_a_line)s * %(a_invoice)s) * 7 %% array_length(%(customers)s, 1)
                + CASE WHEN n / %(rows_a_line)s %% 2 = 1 AND n / (%(rows_a_line)s * %(a_invoice)s)
                    * 7 %% array_length(%(customers)s, 1) < array_length(%(projects)s, 1)
                    - array_length(%(customers)s, 1) THEN array_length(%(customers)s, 1) ELSE 0 END
            ELSE n * 7 %% array_length(%(projects)s, 1) END AS project,
        CASE WHEN n < %(billed)s
            THEN %(first)s::date - 1 - (n %% 30) + (n::bigint * %(days)s / %(billed)s)::int
            ELSE %(first)s::date + %(days)s - 1 - n %% 111 END AS date,
        3 + n * 17 %% %(longest)s AS minutes
    FROM generate_series(0, %(hours)s - 1) AS n
"""

LINES = """
    CREATE TEMPORARY TABLE seeded_lines AS
    SELECT line, nextval('billing_invoiceline_id_seq') AS id, line / %(a_invoice)s AS invoice,
        min(h.project) AS project, round(sum(minutes)::numeric / 60, 2) AS quantity,
        min(p.hourly_rate) AS price
    FROM seeded_hours AS h
    JOIN projects_project AS p ON p.id = (%(projects)s::bigint[])[1 + h.project]
    WHERE line IS NOT NULL AND line / %(a_invoice)s < %(invoices)s
    GROUP BY line ORDER BY line
"""

INVOICES = """
    CREATE TEMPORARY TABLE seeded_invoices AS
    SELECT invoice, nextval('billing_invoice_id_seq') AS id, min(p.customer_id) AS customer,
        %(first)s::date + (invoice::bigint * %(days)s / %(invoices)s)::int AS date,
        sum(round(quantity * price, 2)) AS net,
        round(sum(round(quantity * price, 2)) * 0.21, 2) AS vat
    FROM seeded_lines AS l
    JOIN projects_project AS p ON p.id = (%(projects)s::bigint[])[1 + l.project]
    GROUP BY invoice ORDER BY invoice
"""

INSERT_INVOICES = """
    INSERT INTO billing_invoice (id, organisation_id, customer_id, origin, status, number, date,
        payment_term, due_on, reference, notes, language, discount, net, vat, gross, vat_totals,
        with_specification, with_receipts, version, issuer, addressee, credited_amount,
        credit_state, paid_amount, sent_to, created_at)
    SELECT i.id, %(organisation)s, customer, 'here', 'draft', '', date, 30, date + 30, '', '', 'nl',
        0, net, vat, net + vat,
        jsonb_build_array(jsonb_build_object('percentage', r.percentage::text, 'code', r.code,
            'treatment', r.treatment, 'discount', '0.00', 'net', net::text, 'vat', vat::text)),
        false, false, 0, '{}', %(addressee)s, 0, '', 0, '', date
    FROM seeded_invoices AS i, vat_vatrate AS r WHERE r.id = %(rate)s
"""

INSERT_LINES = """
    INSERT INTO billing_invoiceline (id, invoice_id, position, description, quantity, unit, price,
        discount, net, vat_rate_id, vat_percentage, vat_code, vat_treatment, code, ledger_account,
        project_id, task_id, specification, row_action, is_withdrawn)
    SELECT l.id, i.id, 1 + line %% %(a_invoice)s, 'Work of part ' || line, quantity, 'hour', price,
        0, round(quantity * price, 2), r.id, r.percentage, r.code, r.treatment, '', '8000',
        (%(projects)s::bigint[])[1 + l.project], NULL, s.specification, '', false
    FROM seeded_lines AS l JOIN seeded_invoices AS i USING (invoice)
    JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('kind', 'hours', 'id', h.id, 'date', h.date,
            'until', NULL, 'employee', 'Anna de Vries', 'employee_id',
            (%(members)s::bigint[])[1 + n * 31 %% array_length(%(members)s, 1)],
            'project', 'Website', 'project_id', (%(projects)s::bigint[])[1 + h.project],
            'task', 'Design', 'description', 'Part ' || n, 'minutes', minutes,
            'quantity', round(minutes::numeric / 60, 2)::text, 'unit', 'hour',
            'price', price::text,
            'amount', round(round(minutes::numeric / 60, 2) * price, 2)::text)) AS specification
        FROM seeded_hours AS h
        WHERE h.n >= l.line * %(rows_a_line)s AND h.n < (l.line + 1) * %(rows_a_line)s
    ) AS s ON true, vat_vatrate AS r WHERE r.id = %(rate)s
"""

# A quarter is not paid yet.
SEND_INVOICES = """
    UPDATE billing_invoice SET status = CASE WHEN s.invoice %% 4 = 0 THEN 'sent' ELSE 'paid' END,
        number = to_char(s.date, 'YYYY') || '-' || lpad(s.invoice::text, 6, '0'),
        final_at = s.date, sent_at = s.date,
        paid_at = CASE WHEN s.invoice %% 4 = 0 THEN NULL ELSE s.date + 20 END,
        paid_amount = CASE WHEN s.invoice %% 4 = 0 THEN 0 ELSE gross END
    FROM seeded_invoices AS s WHERE s.id = billing_invoice.id
"""

INSERT_HOURS = """
    INSERT INTO registrations_timeentry (id, organisation_id, membership_id, project_id, task_id,
        date, description, is_billable, status, status_note, amount, created_at, minutes,
        pause_minutes, hourly_rate, invoice_line_id)
    SELECT h.id, %(organisation)s,
        (%(members)s::bigint[])[1 + n * 31 %% array_length(%(members)s, 1)],
        p.id, (%(tasks)s::bigint[])[1 + n %% array_length(%(tasks)s, 1)], h.date,
        (ARRAY['Review of part ', 'Meeting about part ', 'Texts for part ', 'Test of part '])
            [1 + n %% 4] || n || CASE WHEN n %% 5000 = 7 THEN ' (urgent)' ELSE '' END,
        true,
        CASE WHEN l.id IS NOT NULL THEN 'invoiced' WHEN n %% 4 = 0 THEN 'open'
            WHEN n %% 4 = 1 THEN 'submitted' ELSE 'approved' END, '',
        round(round(minutes::numeric / 60, 2) * p.hourly_rate, 2), h.date, minutes, 0,
        p.hourly_rate, l.id
    FROM seeded_hours AS h LEFT JOIN seeded_lines AS l USING (line)
    JOIN projects_project AS p ON p.id = (%(projects)s::bigint[])[1 + h.project]
"""

INSERT_EXPENSES = """
    INSERT INTO registrations_expense (organisation_id, membership_id, project_id, category_id,
        date, description, is_billable, status, status_note, amount, created_at, quantity, price,
        receipt, receipt_name)
    SELECT %(organisation)s, (%(members)s::bigint[])[1 + n %% array_length(%(members)s, 1)],
        (%(projects)s::bigint[])[1 + n * 7 %% array_length(%(projects)s, 1)], %(category)s,
        %(first)s::date + (n::bigint * %(days)s / %(others)s)::int, 'Train ' || n, true,
        CASE WHEN n < %(others)s * 9 / 10 THEN 'invoiced' ELSE 'approved' END, '',
        5 + n %% 40, now(), 1, 5 + n %% 40, '', ''
    FROM generate_series(0, %(others)s - 1) AS n
"""

INSERT_TRIPS = """
    INSERT INTO registrations_trip (organisation_id, membership_id, project_id, vehicle_id, date,
        description, is_billable, status, status_note, amount, created_at, origin, destination,
        distance, kind, route, rate)
    SELECT %(organisation)s, (%(members)s::bigint[])[1 + n %% array_length(%(members)s, 1)],
        (%(projects)s::bigint[])[1 + n * 7 %% array_length(%(projects)s, 1)], %(vehicle)s,
        %(first)s::date + (n::bigint * %(days)s / %(others)s)::int, '', true,
        CASE WHEN n < %(others)s * 9 / 10 THEN 'invoiced' ELSE 'approved' END, '',
        round((10 + n %% 90) * 0.25, 2), now(), 'Zwolle', 'Utrecht', 10 + n %% 90, 'business', '',
        0.25
    FROM generate_series(0, %(others)s - 1) AS n
"""

INSERT_BOOKINGS = """
    INSERT INTO billing_booking (organisation_id, connection_id, kind, customer_id, invoice_id,
        natural_key, correlation_id, payload, fingerprint, revision, replacements, state,
        fencing_token, unconfirmed_sends, checks, refusal, code, text, reason, remote_id,
        administration, remote_snapshot, created_at, ended_at)
    SELECT %(organisation)s, %(connection)s, 'sales_entry', i.customer_id, i.id, i.number,
        lpad(i.id::text, 12, '0'), p.payload, '', 1, '{}', 'confirmed', 1, 0, 0, '', '', '', '',
        i.id::text, 'studio-oost', p.payload, i.date, i.date
    FROM billing_invoice AS i JOIN seeded_invoices AS s ON s.id = i.id, LATERAL (
        SELECT jsonb_build_object('schema', 1, 'net', i.net::text, 'vat', i.vat::text,
            'gross', i.gross::text, 'message', jsonb_build_object('number', i.number,
            'date', i.date, 'lines', jsonb_build_array(jsonb_build_object(
            'vat_code', 'HOOG_VERK_21', 'ledger_account', '8000', 'cost_centre_id', 0,
            'net', i.net::text, 'vat', i.vat::text)))) AS payload
    ) AS p
"""

DROP = "DROP TABLE seeded_hours, seeded_lines, seeded_invoices"

IN_ORDER = (
    HOURS,
    "CREATE INDEX ON seeded_hours (n)",
    "ANALYZE seeded_hours",
    LINES,
    INVOICES,
    INSERT_INVOICES,
    INSERT_LINES,
    SEND_INVOICES,
    INSERT_HOURS,
    INSERT_EXPENSES,
    INSERT_TRIPS,
    INSERT_BOOKINGS,
    DROP,
)
