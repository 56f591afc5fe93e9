"""A model, as Django's projects have them."""

from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=20)

    async def rename(self, name):
        self.name = name
        await self.asave()

    def describe(self):
        return self.name


class Box(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    keeper = models.ForeignKey("Item", null=True, related_name="kept", on_delete=models.SET_NULL)
    labels = models.ManyToManyField("Label", related_name="boxes")


class Label(models.Model):
    text = models.CharField(max_length=20)
