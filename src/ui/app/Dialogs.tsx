/** Help and about, and the question before a lab is reset. */
import clsx from 'clsx';
import { type ReactNode, useEffect, useRef } from 'react';
import { VERSIONS } from '../../engine/index.ts';
import { Fidelity } from '../fidelity/Fidelity.tsx';
import button from '../parts/Button.module.css';
import { Mark } from '../parts/Icon.tsx';
import { resetLab } from '../store/lab.ts';
import { screen } from '../store/screen.ts';
import { useScreen } from '../store/use.ts';
import styles from './Dialogs.module.css';

export function Dialogs() {
  const dialog = useScreen((state) => state.dialog);
  if (dialog === 'help') return <HelpDialog />;
  if (dialog === 'fidelity') return <FidelityDialog />;
  if (dialog === 'reset') return <ResetDialog />;
  return null;
}

const close = () => screen.setState({ dialog: undefined });

function Modal({ label, wide, children }: { readonly label: string; readonly wide?: boolean; readonly children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} className={clsx(styles.dialog, wide && styles.wide)} aria-label={label} onClose={close}>
      {children}
    </dialog>
  );
}

const TOOLS: readonly (readonly [string, string])[] = [
  ['Kubernetes', VERSIONS.kubernetes],
  ['kubectl', VERSIONS.kubectl],
  ['Calico', VERSIONS.calico],
  ['BIRD', VERSIONS.bird],
  ['iproute2', VERSIONS.iproute2],
  ['iptables', VERSIONS.iptables],
  ['curl', VERSIONS.curl],
  ['bash', VERSIONS.bash],
];

function HelpDialog() {
  return (
    <Modal label="Help and about">
      <header>
        <Mark size={26} />
        <h2>Nexthop</h2>
      </header>
      <p>
        A cluster, its network and a router outside it are simulated in this page. The map, the terminal and the steps all read that
        one world: what flies along a line walked through real tables, and nothing on the screen is scripted.
      </p>
      <h3>Getting about</h3>
      <dl className={styles.keys}>
        <dt>Click a command</dt>
        <dd>types it into the terminal; Enter runs it</dd>
        <dt>Click a route</dt>
        <dd>lights the nodes it leads to</dd>
        <dt>⋯ on a machine or pod</dt>
        <dd>breaks it, mends it, opens a terminal there</dd>
        <dt>Click a mark below</dt>
        <dd>shows the world after that command; from there it can go on anew, and the rest is kept as a branch</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>leaves the terminal for the keyboard's Tab order</dd>
        <dt>
          <kbd>Tab</kbd> in the terminal
        </dt>
        <dd>completes commands, kinds, names and files</dd>
        <dt>
          <kbd>help</kbd>
        </dt>
        <dd>lists what a host can run</dd>
      </dl>
      <h3>Versions modelled</h3>
      <dl className={styles.versions}>
        {TOOLS.map(([name, version]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{version}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.small}>
        Runs wholly in this browser, offline too. What is not simulated says so and fails. Apache License 2.0; the{' '}
        <a href="./licenses.md">libraries</a> and <a href="./jq.txt">jq</a> have terms of their own.
      </p>
      <form method="dialog">
        <button type="button" className={button.button} onClick={() => screen.setState({ dialog: 'fidelity' })}>
          How true is this terminal?
        </button>
        <button type="submit" className={button.primary}>
          Close
        </button>
      </form>
    </Modal>
  );
}

function FidelityDialog() {
  return (
    <Modal label="How true is this terminal?" wide>
      <h2>How true is this terminal?</h2>
      <Fidelity />
      <form method="dialog">
        <button type="submit" className={button.primary}>
          Close
        </button>
      </form>
    </Modal>
  );
}

function ResetDialog() {
  return (
    <Modal label="Reset lab">
      <h2>Start this lab over?</h2>
      <p>The world goes back to how it was, the steps are open again, and the terminals are cleared. This cannot be undone.</p>
      <form method="dialog" className={styles.actions}>
        <button type="submit" className={button.button}>
          Keep going
        </button>
        <button type="submit" className={button.primary} onClick={() => void resetLab()}>
          Start over
        </button>
      </form>
    </Modal>
  );
}
