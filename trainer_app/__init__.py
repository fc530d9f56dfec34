"""The web app of the refund desk: plan a sale, compare policies, learn the four paths.

It may use all of ``sim``; ``sim`` never knows it.
"""
