/** How customers reach the company, as it stands in every mail. */
export interface Company {
  readonly name: string;
  readonly phone: string;
  /** Origin of the company's pages. */
  readonly publicUrl: string;
  readonly supportEmail: string;
}
