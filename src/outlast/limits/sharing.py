"""Whose memory a call is counted in: the one that all processes share, or, while that is away, this process's own.

It knows when the shared one is left and tried again, so that no call ever fails or waits long for it. It does not
know what is counted.
"""

from collections.abc import Callable
from typing import Final

from outlast.limits.account import Account, own_page
from outlast.limits.page import LAST, Page
from outlast.limits.shared import Held, SharedPages
from outlast.limits.window import WINDOW_NS

PAUSE_NS: Final = 1_000_000_000
LONGEST_PAUSE_NS: Final = 60 * PAUSE_NS
_OVER_NS: Final = 62 * 86_400 * 10**9


class Sharing:
    """Enters and leaves one section of exclusive reading and writing after another."""

    def __init__(self, open_pages: Callable[[], SharedPages], monotonic_ns: Callable[[], int]) -> None:
        """Open nothing yet: a gateway whose callers have no keys shares nothing.

        Args:
            open_pages: returns with the lock held, or raises ``OSError``.
            monotonic_ns: the machine's monotonic clock.
        """
        self._open = open_pages
        self._monotonic = monotonic_ns
        self._pages: SharedPages | None = None
        self._resting = False
        self._again_ns = 0
        self._pause_ns = PAUSE_NS
        self._reason = self._crowded = ""
        self.shared = False
        """Whether the section that was entered is everybody's."""
        self.seat = 0
        """This process's column in the page that was entered."""

    def says(self) -> str:
        """For an operator: how the limits are counted."""
        if self._reason:
            return f"each process counts for itself: {self._reason}"
        if self._crowded:
            return f"counted over all processes, some keys apart: {self._crowded}"
        return "counted over all processes" if self._pages is not None else "no call has come with a key yet"

    def enter(self, account: Account) -> Page:
        """The account's page, this process's to change until ``leave``. Never raises."""
        try:
            pages = self._pages
            if pages is None or self._resting:
                pages = self._come_back()
                if pages is None:
                    return self._alone(account)
            else:
                pages.lock()
            self.shared = True
            page = account.page
            if page is not None and account.home is pages and page.digest[0] == account.digest[0]:
                return page
            return self._find(pages, account)
        except OSError as error:
            self._go_away(error)
            return self._alone(account)

    def leave(self) -> None:
        """Let the others."""
        pages = self._pages
        if self.shared and pages is not None:
            self.shared = False
            pages.unlock()

    def tables(self) -> int:
        """Columns from this one on hold nothing."""
        return self._pages.tables if self.shared and self._pages is not None else 1

    def take_back(self, page: Page) -> bool:
        """Free the places of processes that have died; whether there were any."""
        pages = self._pages
        if pages is None or not self.shared:
            return False
        found = False
        for seat in range(pages.tables):
            if seat != pages.seat and (page.running[seat] or page.reserved[seat]) and pages.is_dead(seat):
                page.running[seat] = page.reserved[seat] = 0
                found = True
        return found

    def close(self) -> None:
        """Stand up. The last process takes the file away where nothing in it matters any more."""
        pages, self._pages = self._pages, None
        self._resting, self._again_ns = True, 1 << 63
        if pages is None:
            return
        try:
            pages.lock()
            now = self._monotonic()
            if not pages.others() and all(now - page.read()[LAST] >= WINDOW_NS for page in pages.pages()):
                pages.remove()
        except OSError:
            pass  # it is held, or gone: whoever opens it next sees to it
        finally:
            pages.close()

    def _come_back(self) -> SharedPages | None:
        """The shared pages, locked, where their time to be tried has come."""
        if self._resting and self._monotonic() < self._again_ns:
            return None
        pages = self._pages
        if pages is None:
            pages = self._pages = self._open()
        else:
            pages.lock()
        self.seat = pages.seat
        self._resting, self._reason, self._pause_ns = False, "", PAUSE_NS
        return pages

    def _find(self, pages: SharedPages, account: Account) -> Page:
        """The account's page among all of them, or a new one; its own where there is no memory for that."""
        pages.check()
        first, second = account.digest
        for page in pages.pages():
            if page.digest[0] == first and page.digest[1] == second:
                account.move_to(pages, page, fresh=False)
                return page
        try:
            page = self._unused(pages) or pages.add()
        except OSError as error:
            self.leave()
            self._crowded = f"there is no memory for another one ({error.strerror})"
            return self._alone(account)
        page.clear()
        page.digest[0], page.digest[1] = first, second
        account.move_to(pages, page, fresh=True)
        self._crowded = ""
        return page

    def _unused(self, pages: SharedPages) -> Page | None:
        """A page of a key that has been quiet for so long that nothing of its month is left; looked for at need."""
        if not pages.full:
            return None
        now = self._monotonic()
        for page in pages.pages():
            if now - page.read()[LAST] >= _OVER_NS and not any(page.running.tolist()):
                return page
        return None

    def _alone(self, account: Account) -> Page:
        self.shared, self.seat = False, 0
        return own_page(account)

    def _go_away(self, error: OSError) -> None:
        """Leave the shared memory for a while: with the seat kept where it is only held, for good where it is lost."""
        self._reason = str(error)
        self._resting, self._again_ns = True, self._monotonic() + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_PAUSE_NS)
        if not isinstance(error, Held) and self._pages is not None:
            self._pages.close()
            self._pages = None
