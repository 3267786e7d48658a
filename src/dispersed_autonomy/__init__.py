"""The library behind the executable edition of "Dispersed autonomy and the sales
professional".
"""
