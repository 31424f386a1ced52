const STEPS = ['Identify', 'Options', 'Quote', 'Consent', 'Result'] as const;
export type Step = (typeof STEPS)[number];

/** Where one is in the procedure. `passed`: the steps that are done, where that is not simply all before. */
export function Steps(props: { readonly current: Step; readonly passed?: readonly Step[] }) {
  const at = STEPS.indexOf(props.current);
  const passed = props.passed ?? STEPS.slice(0, at);
  return (
    <nav aria-label="Steps" class="steps">
      <ol>
        {STEPS.map((step, index) => (
          <li
            key={step}
            class={[passed.includes(step) ? 'done' : '', index === at ? 'current' : ''].join(' ').trim()}
            aria-current={index === at ? 'step' : undefined}
          >
            <span class="step-number" aria-hidden="true">
              {passed.includes(step) ? (
                <svg viewBox="0 0 12 12">
                  <path d="M2.5 6.5l2.500 2.500 4.500-5.500" />
                </svg>
              ) : (
                index + 1
              )}
            </span>
            <span class="step-name">{step}</span>
            {passed.includes(step) && <span class="visually-hidden"> (done)</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
