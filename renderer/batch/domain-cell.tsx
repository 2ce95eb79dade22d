import type { ReactNode } from 'react';
import grids from '../ui/grid/grid.module.css';
import parts from '../ui/parts.module.css';

interface DomainCellProps {
  row: { readonly domainName: string; readonly hostName: string };
  /** Beside the name. */
  children?: ReactNode;
}

/** A domain in a row, with its host. */
export function DomainCell({ row: { domainName, hostName }, children }: DomainCellProps) {
  return (
    <>
      <div className={grids.cellName}>
        <b title={domainName}>
          <bdi>{domainName}</bdi>
        </b>
        {children}
      </div>
      <div className={parts.note}>
        <bdi>{hostName}</bdi>
      </div>
    </>
  );
}
