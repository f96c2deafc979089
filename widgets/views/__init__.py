"""What each screen is handed: frozen values, newest wins, nothing to ask back for.

The desk's thread builds a view and puts it into ``widgets.frame.Frame.take``; the window draws it
and never computes with it beyond formatting. Arrays are handed over with ``writeable=False``.
Money is ``Decimal`` where it is on record and ``float`` where it is an estimate or a curve.
"""

from widgets.views.arrays import Floats
from widgets.views.common import (
    Figures,
    HouseholdItem,
    JobView,
    Mode,
    PracticeView,
    Status,
    UserItem,
)
from widgets.views.desk import (
    ConstraintRowView,
    DeskView,
    Impact,
    MarketSignal,
    TaxBand,
    TaxDial,
    TaxEdge,
    VolatilityState,
    WaitCurve,
)
from widgets.views.lots import (
    LotRow,
    LotView,
    PlannedEvent,
    Substitute,
    WashDay,
    WashNeighbour,
    WashRow,
    WashView,
)
from widgets.views.plans import (
    AccountRow,
    BillRange,
    ConstraintsView,
    ContextGap,
    HouseholdView,
    Lever,
    Scenario,
    WhatIfView,
)
from widgets.views.proof import (
    AuditRow,
    AuditView,
    CalibrationBin,
    GateItem,
    ScoredFlag,
    ScoreView,
    WhyRecord,
)
from widgets.views.replies import (
    Details,
    FileWanted,
    GotWorse,
    HeadingMap,
    Priced,
    Refused,
    Reply,
    SignedIn,
    Trial,
    TrialRow,
)

View = (
    PracticeView
    | DeskView
    | LotView
    | HouseholdView
    | ConstraintsView
    | WhatIfView
    | WashView
    | ScoreView
    | AuditView
    | JobView
)

__all__ = [
    "AccountRow",
    "AuditRow",
    "AuditView",
    "BillRange",
    "CalibrationBin",
    "ConstraintRowView",
    "ConstraintsView",
    "ContextGap",
    "DeskView",
    "Details",
    "Figures",
    "FileWanted",
    "Floats",
    "GateItem",
    "GotWorse",
    "HeadingMap",
    "HouseholdItem",
    "HouseholdView",
    "Impact",
    "JobView",
    "Lever",
    "LotRow",
    "LotView",
    "MarketSignal",
    "Mode",
    "PlannedEvent",
    "PracticeView",
    "Priced",
    "Refused",
    "Reply",
    "Scenario",
    "ScoreView",
    "ScoredFlag",
    "SignedIn",
    "Status",
    "Substitute",
    "TaxBand",
    "TaxDial",
    "TaxEdge",
    "Trial",
    "TrialRow",
    "UserItem",
    "View",
    "VolatilityState",
    "WaitCurve",
    "WashDay",
    "WashNeighbour",
    "WashRow",
    "WashView",
    "WhatIfView",
    "WhyRecord",
]
