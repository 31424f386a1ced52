/** What made a bundle; the version is that of package.json. */
export const PRODUCT = { name: 'plan-change', version: '0.1.0' } as const;
