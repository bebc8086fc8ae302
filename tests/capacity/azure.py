"""A subscription that answers what a test says."""

from scripts.subscription.dated import Dated
from scripts.subscription.facts import Account, Unknown, Usage


class Azure(Dated):
    """Sells what the dated tables say; its quota and calculator are the test's.

    limits: by pool, (limit, used). live: what the account that is called `there` holds.
    """

    def __init__(self, limits=None, live=(), there="", estimate=None):
        super().__init__()
        self.limits, self.live, self.there, self.estimate = limits or {}, live, there, estimate

    def usages(self, location):
        return tuple(
            Usage(name=name, label=name, used=used, limit=limit)
            for name, (limit, used) in self.limits.items()
        )

    def accounts(self):
        if not self.there:
            return ()
        return (
            Account(
                id=f"/subscriptions/s/accounts/{self.there}",
                name=self.there,
                resource_group="rg",
                location="swedencentral",
                subdomain=self.there,
                kind="AIServices",
                state="Succeeded",
            ),
        )

    def deployments(self, account):
        return self.live

    def calculate_capacity(self, model, sku, workloads):
        self.asked = workloads
        return self.estimate or Unknown(reason="the calculator: 503", fix="ask again later")
