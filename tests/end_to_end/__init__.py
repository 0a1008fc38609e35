"""Does all of it work together, from a push to a serving container, seen only through HTTP?"""
