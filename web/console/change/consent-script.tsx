import type { RefObject } from 'preact';
import type { Quote } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';

/** The words to read aloud. While there are newer ones these are void, and stay until the agent has seen that. */
export function ConsentScript(props: {
  readonly quote: Quote;
  readonly words: RefObject<HTMLQuoteElement | null>;
  readonly toNew: RefObject<HTMLDivElement | null>;
  /** Shows the newer words, if there are some. */
  readonly onNew: (() => void) | undefined;
}) {
  const { quote, onNew } = props;
  return (
    <>
      {onNew && (
        <div ref={props.toNew}>
          <Notice
            tone="bad"
            title="The quote has changed: read the new words"
            actions={<Button onClick={onNew}>Show the new words</Button>}
          >
            <p>Nobody can agree to the words below any more. What you typed is kept.</p>
          </Notice>
        </div>
      )}
      <figure class={`script${onNew ? ' void' : ''}`}>
        <figcaption>
          {onNew ? 'No longer valid' : 'Read aloud'} · version {quote.script.version}
        </figcaption>
        <blockquote ref={props.words} tabIndex={0} aria-label="Words to read aloud">
          {quote.script.text.split('\n').map((sentence, index) => (
            <p key={index}>{sentence}</p>
          ))}
        </blockquote>
      </figure>
    </>
  );
}
