async def test_chat(ai):
    answer = ai.chat.completions.create(model="m", messages=[])  # missing
    assert answer.choices
    answer = await ai.chat.completions.create(model="m", messages=[])  # right
    assert answer.choices
    assert ai.embeddings.create(model="m", input="a").data  # missing
    ai.files.delete("a")  # missing
    ai.with_options(timeout=1)  # right
    ai.close()  # missing
    assert ai.models.retrieve("m").id == "m"  # missing
    assert (await ai.models.retrieve("m")).id == "m"  # right
