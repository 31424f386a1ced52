/** The columns of the file that decide which plan an account has; addOns counts the services with "Yes". */
export interface Services {
  readonly internet: 'No' | 'DSL' | 'Fiber optic';
  readonly phone: boolean;
  readonly multipleLines: boolean;
  readonly addOns: number;
  readonly contract: 'Month-to-month' | 'One year' | 'Two year';
}

/**
 * The plan of an account, by the groups in data/README.md.
 * @returns undefined for a combination the catalogue does not cover: no service at all, or fiber without a
 *   phone line, which no account of the file has.
 */
export function planCodeFor(services: Services): string | undefined {
  switch (services.internet) {
    case 'No':
      return services.phone ? phonePlan(services) : undefined;
    case 'DSL':
      return services.phone ? dslPhonePlan(services) : dslPlan(services);
    case 'Fiber optic':
      return services.phone ? fiberPlan(services) : undefined;
  }
}

function phonePlan({ multipleLines, contract }: Services): string {
  if (multipleLines) return 'phone-two-lines';
  return contract === 'Two year' ? 'phone-basic-yearly' : 'phone-basic';
}

function dslPlan({ addOns }: Services): string {
  return addOns <= 2 ? 'dsl-internet' : 'dsl-internet-plus';
}

function dslPhonePlan({ multipleLines, addOns }: Services): string {
  if (addOns <= 1) return multipleLines ? 'dsl-two-lines' : 'dsl-phone';
  return addOns <= 3 ? 'dsl-phone-plus' : 'dsl-phone-complete';
}

function fiberPlan({ multipleLines, addOns, contract }: Services): string {
  if (!multipleLines) return addOns <= 1 ? 'fiber-basic' : addOns <= 3 ? 'fiber-plus' : 'fiber-complete';
  if (addOns <= 1) return 'fiber-two-lines';
  if (addOns > 3) return 'fiber-two-lines-complete';
  return contract === 'Two year' ? 'fiber-two-lines-plus-yearly' : 'fiber-two-lines-plus';
}
