/** Messages above the page. */
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { dismiss, notices } from '../store/notices.ts';
import styles from './Notices.module.css';

export function Notices() {
  const list = useStore(notices, (state) => state.list);
  return (
    <div className={styles.notices} role="status">
      {list.map((each) => (
        <p key={each.id} data-tone={each.tone} data-testid={`notice-${each.id}`}>
          {each.text}
          <button type="button" aria-label="Dismiss" title="Dismiss" onClick={() => dismiss(each.id)}>
            <X size="0.875rem" aria-hidden="true" />
          </button>
        </p>
      ))}
    </div>
  );
}
