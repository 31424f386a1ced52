import { z } from 'zod';
import { accountKey } from '../../domain/account-key.ts';
import { quoted } from '../../domain/domain-error.ts';
import { parseDecimal } from '../../domain/money.ts';
import { planCodeFor, type Services } from '../seed/plan-code-for.ts';

/** One line of the file, checked: what the account is made from. */
export interface ChurnRow extends Services {
  /** customerID, as in the file. */
  readonly accountNumber: string;
  readonly accountKey: string;
  readonly gender: 'Female' | 'Male';
  /** Months the account has existed. */
  readonly tenureMonths: number;
  readonly monthlyChargeMinor: bigint;
  readonly planCode: string;
}

/** A row that cannot become an account; the message says why, in words for the person who ran the import. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';
}

const oneOf = <const T extends string>(...values: readonly T[]) =>
  z.enum(values, { error: ({ input }) => `${shown(input)} is not one of ${values.join(', ')}` });
const addOn = oneOf('Yes', 'No', 'No internet service');

const columns = z.object({
  customerID: z
    .string()
    .trim()
    .min(1, { error: 'is missing', abort: true })
    .max(40, { error: 'is longer than 40 characters', abort: true })
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/, {
      error: ({ input }) => `${shown(input)} is not made of letters, digits, spaces, dots and dashes`,
    }),
  gender: oneOf('Female', 'Male'),
  tenure: z
    .string()
    .regex(/^\d{1,4}$/, { error: ({ input }) => `${shown(input)} is not a whole number of months` }),
  PhoneService: oneOf('Yes', 'No'),
  MultipleLines: oneOf('Yes', 'No', 'No phone service'),
  InternetService: oneOf('DSL', 'Fiber optic', 'No'),
  OnlineSecurity: addOn,
  OnlineBackup: addOn,
  DeviceProtection: addOn,
  TechSupport: addOn,
  StreamingTV: addOn,
  StreamingMovies: addOn,
  Contract: oneOf('Month-to-month', 'One year', 'Two year'),
  MonthlyCharges: z.string().regex(/^\d{1,7}(\.\d{1,2})?$/, {
    error: ({ input }) => `${shown(input)} is not a decimal such as 29.85`,
  }),
});

/** The columns that are read; the file may have more, in any order. */
export const NEEDED_COLUMNS: readonly string[] = Object.keys(columns.shape);

/**
 * Checks one line.
 * @param record the line's values by column
 * @throws RowRefused naming the columns that cannot be used
 */
export function parseChurnRow(record: Readonly<Record<string, string>>): ChurnRow {
  const parsed = columns.safeParse(record);
  if (!parsed.success) {
    throw new RowRefused(
      parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '),
    );
  }
  const row = parsed.data;
  const phone = row.PhoneService === 'Yes';
  const addOns = [
    ...[row.OnlineSecurity, row.OnlineBackup, row.DeviceProtection],
    ...[row.TechSupport, row.StreamingTV, row.StreamingMovies],
  ].filter((value) => value === 'Yes').length;
  if (row.InternetService === 'No' && addOns > 0) {
    throw new RowRefused('InternetService is "No", yet the row has add-ons that need it');
  }
  if (!phone && row.MultipleLines === 'Yes') {
    throw new RowRefused('PhoneService is "No", yet MultipleLines is "Yes"');
  }

  const services: Services = {
    internet: row.InternetService,
    phone,
    multipleLines: row.MultipleLines === 'Yes',
    addOns,
    contract: row.Contract,
  };
  const planCode = planCodeFor(services);
  if (planCode === undefined) {
    throw new RowRefused(
      `no plan of the catalogue covers PhoneService "${row.PhoneService}" with InternetService "${row.InternetService}"`,
    );
  }
  return {
    ...services,
    planCode,
    accountNumber: row.customerID,
    accountKey: accountKey(row.customerID),
    gender: row.gender,
    tenureMonths: Number(row.tenure),
    monthlyChargeMinor: parseDecimal(row.MonthlyCharges, 'USD'),
  };
}

function shown(input: unknown): string {
  return typeof input === 'string' ? quoted(input) : 'nothing';
}
