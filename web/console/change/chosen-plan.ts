/** What the customer would like to have quoted. */
export interface ChosenPlan {
  readonly planCode: string;
  readonly planName: string;
  readonly promotionCode: string | undefined;
}
