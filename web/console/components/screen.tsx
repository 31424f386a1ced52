import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * One screen with its heading. When it appears, or becomes another step, the heading takes the focus, so that
 * the next Tab goes into it and a screen reader says where one is; unless a field of it wants the focus.
 */
export function Screen(props: {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly before?: ComponentChildren;
  readonly aside?: ComponentChildren;
  /** False where a field takes the focus. */
  readonly focusTitle?: boolean;
  readonly children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, focusTitle = true } = props;
  useEffect(() => {
    document.title = `${title} · Plan change`;
    if (focusTitle) heading.current?.focus({ preventScroll: true });
  }, [title, focusTitle]);
  return (
    <>
      {props.before}
      <div class={props.aside === undefined ? 'screen' : 'screen with-aside'}>
        <div class="screen-main">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {props.lead !== undefined && <p class="lead">{props.lead}</p>}
          {props.children}
        </div>
        {props.aside !== undefined && <aside class="screen-aside">{props.aside}</aside>}
      </div>
    </>
  );
}

/** A part of a screen with a border around it. */
export function Card(props: {
  readonly title?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`card${props.class === undefined ? '' : ` ${props.class}`}`}>
      {props.title !== undefined && <h2>{props.title}</h2>}
      {props.children}
    </section>
  );
}

/** While something is on its way. */
export function Loading(props: { readonly what: string }) {
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {props.what}
    </div>
  );
}
