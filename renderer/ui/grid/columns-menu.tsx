import { Menu } from '@base-ui/react/menu';
import { Check, Columns3 } from 'lucide-react';
import { usualView } from '../../store/grid-views.ts';
import { DropMenu } from '../drop-menu.tsx';
import menus from '../menu.module.css';
import type { GridColumn } from './columns.ts';
import styles from './grid.module.css';
import { useGridView } from './use-grid.ts';

interface ColumnsMenuProps {
  /** The grid that it is about, and its columns. */
  id: string;
  columns: readonly Pick<GridColumn<never>, 'id' | 'header' | 'optional'>[];
}

/** Which columns of a grid are shown, and the way back to how they usually are. */
export function ColumnsMenu({ id, columns }: ColumnsMenuProps) {
  const [{ hidden, widths }, change] = useGridView(id);
  const isUsual = hidden.length + Object.keys(widths).length === 0;
  return (
    <DropMenu icon={Columns3} text="Columns" textClass={styles.menuText} label="Columns">
      {columns
        .filter(({ optional }) => optional)
        .map((column) => (
          <Menu.CheckboxItem
            key={column.id}
            className={menus.item}
            checked={!hidden.includes(column.id)}
            closeOnClick={false}
            onCheckedChange={(shown) => {
              const others = hidden.filter((other) => other !== column.id);
              change({ hidden: shown ? others : [...others, column.id] });
            }}
          >
            <Menu.CheckboxItemIndicator className={menus.check} keepMounted>
              <Check size={13} aria-hidden="true" />
            </Menu.CheckboxItemIndicator>
            <span className={menus.label}>{column.header}</span>
          </Menu.CheckboxItem>
        ))}
      <Menu.Separator className={menus.line} />
      <Menu.Item
        className={menus.item}
        disabled={isUsual}
        onClick={() => change({ hidden: usualView.hidden, widths: usualView.widths })}
      >
        <span className={menus.check} />
        <span className={menus.label}>Reset columns</span>
      </Menu.Item>
    </DropMenu>
  );
}
