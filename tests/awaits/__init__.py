"""Lines on real libraries, labelled by hand: is an await missing?"""
