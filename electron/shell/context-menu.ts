import { Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';

/** In fields, and where text is selected, what every application has. The page has menus of its own elsewhere. */
export function offerEditing(contents: WebContents): void {
  contents.on('context-menu', (_event, { isEditable, editFlags, selectionText }) => {
    const rows: MenuItemConstructorOptions[] = isEditable
      ? [
          { role: 'cut', enabled: editFlags.canCut },
          { role: 'copy', enabled: editFlags.canCopy },
          { role: 'paste', enabled: editFlags.canPaste },
          { type: 'separator' },
          { role: 'selectAll', enabled: editFlags.canSelectAll },
        ]
      : [{ role: 'copy' }];
    if (isEditable || selectionText.trim() !== '') Menu.buildFromTemplate(rows).popup();
  });
}
