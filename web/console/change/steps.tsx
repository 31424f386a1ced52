const STEPS = ['Identify', 'Options', 'Quote', 'Consent', 'Result'] as const;
export type Step = (typeof STEPS)[number];

/** Where one is in the procedure. */
export function Steps(props: { readonly current: Step }) {
  const at = STEPS.indexOf(props.current);
  return (
    <nav aria-label="Steps" class="steps">
      <ol>
        {STEPS.map((step, index) => (
          <li
            key={step}
            class={index < at ? 'done' : index === at ? 'current' : ''}
            aria-current={index === at ? 'step' : undefined}
          >
            <span class="step-number" aria-hidden="true">
              {index < at ? (
                <svg viewBox="0 0 12 12">
                  <path d="M2.5 6.5l2.500 2.500 4.500-5.500" />
                </svg>
              ) : (
                index + 1
              )}
            </span>
            <span class="step-name">{step}</span>
            {index < at && <span class="visually-hidden"> (done)</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
