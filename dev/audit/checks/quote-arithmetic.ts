import { hashQuote } from '../../../domain/quote-hash.ts';
import { fromStoredLines, type StoredLine } from '../../../db/stores/quote-lines.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { guardsInForce } from './guards.ts';
import { LIST_OF_LINES, QUOTE_FIGURES, UNCHECKED_FIGURES } from './quote-figures.ts';

const LINES = `
  quotes q JOIN plan_changes pc ON pc.id = q.plan_change_id
  CROSS JOIN LATERAL jsonb_array_elements(${LIST_OF_LINES}) WITH ORDINALITY AS line (value, line_no)
  CROSS JOIN LATERAL (SELECT
    CASE WHEN line.value->>'amountMinor' ~ '^-?[0-9]{1,18}$' THEN (line.value->>'amountMinor')::bigint END AS amount,
    CASE WHEN line.value->>'days' ~ '^[0-9]{1,5}$' THEN (line.value->>'days')::bigint END AS days,
    CASE WHEN line.value->>'ofDays' ~ '^[0-9]{1,5}$' THEN (line.value->>'ofDays')::bigint END AS of_days,
    line.value->>'kind' AS kind) AS l`;

const WHOLE_SIGNED_LINES = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN l.amount IS NULL THEN format('line %s of quote %s is not in whole minor units', line.line_no, q.revision)
    WHEN l.days IS NULL OR l.of_days IS NULL OR l.days > l.of_days
      THEN format('the days of line %s of quote %s are wrong', line.line_no, q.revision)
    WHEN CASE l.kind WHEN 'credit' THEN l.amount > 0 WHEN 'charge' THEN l.amount < 0 WHEN 'fee' THEN l.amount <> 0 ELSE true END
      THEN format('line %s of quote %s has the wrong sign or kind', line.line_no, q.revision) END
  FROM ${LINES}`;

const LINES_SUM_TO_NET = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN sum(l.amount) IS DISTINCT FROM q.net_minor THEN format('the lines of quote %s do not sum to its net', q.revision)
    WHEN q.due_now_minor <> greatest(q.net_minor, 0) OR q.to_balance_minor <> greatest(-q.net_minor, 0)
      THEN format('due now or to balance of quote %s does not follow from its net', q.revision) END
  FROM ${LINES} GROUP BY pc.id, q.plan_change_id, q.revision`;

export const quoteArithmetic: Check = {
  id: 'I4',
  title:
    'lines sum to net in whole minor units, each rounded once from what was in force; the hash is of these figures',
  run: async (context) => {
    await tellUnchecked(context);
    return [
      ...(await guardsInForce(context, 'I4', [
        { kind: 'trigger', table: 'quotes', name: 'quotes_append_only' },
      ])),
      ...(await applyRules(context, 'I4', [
        { sql: WHOLE_SIGNED_LINES },
        { sql: LINES_SUM_TO_NET },
        ...QUOTE_FIGURES,
      ])),
      ...(await hashesRecomputed(context)),
    ];
  },
};

async function tellUnchecked(context: CheckContext): Promise<void> {
  const [figures] = await context.query<{ without_basis: number; of_another_bill_day: number }>(
    UNCHECKED_FIGURES,
  );
  context.unchecked(
    'figures of superseded quotes from before their prices were kept',
    figures?.without_basis ?? 0,
  );
  context.unchecked(
    'cycles of quotes by another bill day than the account has today',
    figures?.of_another_bill_day ?? 0,
  );
}

interface QuoteRow {
  readonly plan_change_id: string;
  readonly customer_id: string;
  readonly revision: number;
  readonly hash: string;
  readonly canonical_json: string;
  readonly plan: { readonly planCode: string; readonly version: number };
  readonly promotion_code: string | null;
  readonly effective_date: string;
  readonly terms_sha256: string;
  readonly currency: string;
  readonly lines: StoredLine[];
  readonly net_minor: string;
}

/** The plan of an earlier revision stands only in the JSON; that of the current one must be the change's. */
const QUOTES_AFTER = `
  SELECT q.plan_change_id, pc.customer_id, q.revision, q.hash, q.canonical_json, pc.promotion_code, q.effective_date::text,
    t.sha256 AS terms_sha256, pc.currency, q.lines, q.net_minor::text,
    CASE WHEN q.revision = pc.quote_revision OR NOT pg_input_is_valid(q.canonical_json, 'jsonb') OR NOT q.canonical_json IS JSON OBJECT
      THEN jsonb_build_object('planCode', pc.to_plan_code, 'version', pc.to_plan_version)
      ELSE q.canonical_json::jsonb->'planVersion' END AS plan
  FROM quotes q JOIN plan_changes pc ON pc.id = q.plan_change_id JOIN terms t ON t.version = q.terms_version
  WHERE (q.plan_change_id, q.revision) > ($1::uuid, $2::int)
  ORDER BY q.plan_change_id, q.revision LIMIT 1000`;

async function hashesRecomputed(context: CheckContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  let last: readonly [string, number] = ['00000000-0000-0000-0000-000000000000', 0];
  for (;;) {
    const page = await context.query<QuoteRow>(QUOTES_AFTER, last);
    for (const quote of page) {
      if (!isHashOfItself(quote))
        findings.push(
          finding(
            'I4',
            `hash or canonical JSON of quote ${quote.revision} is not of the stored figures`,
            quote,
          ),
        );
    }
    context.looked(page.length);
    const end = page.at(-1);
    if (!end) return findings;
    last = [end.plan_change_id, end.revision];
  }
}

function isHashOfItself(quote: QuoteRow): boolean {
  try {
    const { canonicalJson, hash } = hashQuote({
      planChangeId: quote.plan_change_id,
      quoteRevision: quote.revision,
      planCode: quote.plan.planCode,
      planVersion: quote.plan.version,
      promotionCode: quote.promotion_code,
      effectiveDate: quote.effective_date,
      termsSha256: quote.terms_sha256,
      currency: quote.currency,
      lines: fromStoredLines(quote.lines),
      netMinor: BigInt(quote.net_minor),
    });
    return canonicalJson === quote.canonical_json && hash === quote.hash;
  } catch {
    return false; // figures that cannot even be read are not what was hashed
  }
}
