"""A model, as Django's projects have them."""

from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=20)

    async def rename(self, name):
        self.name = name
        await self.asave()

    def describe(self):
        return self.name
