/** The editor over a terminal: what vi, nano and `kubectl edit` open. CodeMirror, in a chunk of its own. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import button from '../parts/Button.module.css';
import type { Theme } from '../theme/theme.ts';
import styles from './Editor.module.css';

/** The page's own colours, so that every theme reads alike. */
const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--data)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--nat)' },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: 'var(--text-2)' },
]);

interface Props {
  readonly name: string;
  readonly text: string;
  readonly theme: Theme;
  /** The text to save; undefined: quit without saving. */
  onDone(text: string | undefined): void;
}

export default function Editor({ name, text, theme, onDone }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const finish = useRef(onDone);
  finish.current = onDone;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor is opened on one text
  useEffect(() => {
    const save = () => {
      finish.current(view.current!.state.doc.toString());
      return true;
    };
    const quit = () => {
      finish.current(undefined);
      return true;
    };
    view.current = new EditorView({
      parent: frame.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          highlightActiveLine(),
          /\.ya?ml$/.test(name) || /^(apiVersion|#|kind):?/.test(text) ? yaml() : [],
          syntaxHighlighting(COLOURS),
          keymap.of([
            { key: 'Mod-s', run: save },
            { key: 'Ctrl-x', run: save },
            { key: 'Escape', run: quit },
            indentWithTab,
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          EditorView.contentAttributes.of({ 'aria-label': `Editing ${name}` }),
          EditorView.theme({}, { dark: theme === 'dark' }),
        ],
      }),
    });
    view.current.focus();
    return () => view.current?.destroy();
  }, []);
  return (
    <div className={styles.editor} role="dialog" aria-label={`Editing ${name}`}>
      <header>
        <code>{name}</code>
        <button type="button" className={button.button} onClick={() => onDone(undefined)}>
          Quit <kbd>Esc</kbd>
        </button>
        <button type="button" className={button.primary} onClick={() => onDone(view.current!.state.doc.toString())}>
          Save <kbd>Ctrl S</kbd>
        </button>
      </header>
      <div ref={frame} className={styles.frame} />
    </div>
  );
}
